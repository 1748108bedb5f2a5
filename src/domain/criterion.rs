//! Criteria (测评标准): what is judged at a check point, each by its form. Versioned data with the catalogue; what a report says of
//! each is an observation, and a lost point (失分) hangs on a fault of the same report.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::catalogue::ItemKey;
use super::ticket::command::UnknownWord;

/// Most observations in one report.
pub const MAX_OBSERVATIONS: usize = 200;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// The word used in files, in the API and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord(word.to_owned())),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What sort of judgement a criterion asks for.
    Form {
        /// 无: something must not be there.
        Absence = "absence",
        /// 有: something must be there.
        Presence = "presence",
        /// 数量: so many for each length of way.
        Count = "count",
        /// 比例: a share of what was looked at.
        Ratio = "ratio",
        /// 等候: no longer than so many minutes.
        Wait = "wait",
        /// 行为: people must not behave so.
        Behaviour = "behaviour",
        /// 内容: a text is right and complete; judged by eye alone.
        Content = "content",
    }
}

words! {
    /// On which side of the limit it is met; the limit itself is.
    Bound {
        /// 不超过.
        AtMost = "at_most",
        /// 不少于.
        AtLeast = "at_least",
    }
}

words! {
    /// What came of looking.
    Verdict {
        /// 达标.
        Met = "met",
        /// 失分.
        NotMet = "not_met",
        /// 不测: left out of the score, for a reason that the criterion names.
        Excluded = "excluded",
    }
}

impl Bound {
    fn holds(self, figure: u128, limit: u128) -> bool {
        match self {
            Self::AtMost => figure <= limit,
            Self::AtLeast => figure >= limit,
        }
    }
}

/// When a criterion is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {
    /// No more of it than so many, mostly none.
    Absence(u32),
    /// So many of it, mostly one.
    Presence(u32),
    /// So many for each `per_m` metres.
    Count {
        /// Side of the limit.
        bound: Bound,
        /// How many
        limit: u32,
        /// for each so many metres.
        per_m: u32,
    },
    /// So many percent.
    Ratio {
        /// Side of the limit.
        bound: Bound,
        /// Percent.
        percent: u32,
    },
    /// No longer than so many minutes.
    Wait(u32),
    /// No more cases than so many.
    Behaviour(u32),
    /// The text is right.
    Content,
}

/// The column that does not go with the form of a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} does not go with the form")]
pub struct Unfit(pub &'static str);

impl Standard {
    /// The standard of a row. Without a limit nothing may be there (absence, behaviour) and one must be (presence).
    ///
    /// # Errors
    /// The column that is missing, or that the form has no use for.
    pub fn new(
        form: Form,
        bound: Option<Bound>,
        limit: Option<u32>,
        per_m: Option<u32>,
    ) -> Result<Self, Unfit> {
        let measured = matches!(form, Form::Count | Form::Ratio);
        if bound.is_some() != measured {
            return Err(Unfit("bound"));
        }
        if per_m.is_some_and(|per_m| per_m > 0) != (form == Form::Count) {
            return Err(Unfit("per_m"));
        }
        let no_limit = Unfit("limit");
        match (form, bound, per_m) {
            (Form::Absence, ..) => Ok(Self::Absence(limit.unwrap_or(0))),
            (Form::Presence, ..) => Ok(Self::Presence(limit.unwrap_or(1))),
            (Form::Behaviour, ..) => Ok(Self::Behaviour(limit.unwrap_or(0))),
            (Form::Wait, ..) => limit.map(Self::Wait).ok_or(no_limit),
            (Form::Count, Some(bound), Some(per_m)) => Ok(Self::Count {
                bound,
                limit: limit.ok_or(no_limit)?,
                per_m,
            }),
            (Form::Ratio, Some(bound), _) => {
                let percent = limit.filter(|percent| *percent <= 100).ok_or(no_limit)?;
                Ok(Self::Ratio { bound, percent })
            }
            (Form::Content, ..) if limit.is_none() => Ok(Self::Content),
            _ => Err(no_limit),
        }
    }

    /// Its form.
    pub fn form(self) -> Form {
        match self {
            Self::Absence(_) => Form::Absence,
            Self::Presence(_) => Form::Presence,
            Self::Count { .. } => Form::Count,
            Self::Ratio { .. } => Form::Ratio,
            Self::Wait(_) => Form::Wait,
            Self::Behaviour(_) => Form::Behaviour,
            Self::Content => Form::Content,
        }
    }

    /// Side of the limit, limit, and metres, as a row has them.
    pub fn parts(self) -> (Option<Bound>, Option<u32>, Option<u32>) {
        match self {
            Self::Absence(limit)
            | Self::Presence(limit)
            | Self::Wait(limit)
            | Self::Behaviour(limit) => (None, Some(limit), None),
            Self::Count {
                bound,
                limit,
                per_m,
            } => (Some(bound), Some(limit), Some(per_m)),
            Self::Ratio { bound, percent } => (Some(bound), Some(percent), None),
            Self::Content => (None, None, None),
        }
    }

    /// Whether a figure meets it; none when the figure is of another form. Exact: nothing is divided.
    pub fn is_met_by(self, measure: Measure) -> Option<bool> {
        let amount = u128::from(measure.amount);
        let out_of = measure.out_of.map(u128::from).filter(|out_of| *out_of > 0);
        let plain = |bound: Bound, limit: u32, unit: u128| {
            let alone = measure.out_of.is_none();
            alone.then(|| bound.holds(amount, u128::from(limit) * unit))
        };
        match self {
            Self::Absence(limit) | Self::Behaviour(limit) => plain(Bound::AtMost, limit, 1),
            Self::Presence(limit) => plain(Bound::AtLeast, limit, 1),
            Self::Wait(minutes) => plain(Bound::AtMost, minutes, 60),
            Self::Count {
                bound,
                limit,
                per_m,
            } => Some(bound.holds(amount * u128::from(per_m), u128::from(limit) * out_of?)),
            Self::Ratio { bound, percent } => {
                let whole = out_of.filter(|whole| amount <= *whole)?;
                Some(bound.holds(amount * 100, u128::from(percent) * whole))
            }
            Self::Content => None,
        }
    }

    /// Whether it is judged by a figure and by nothing else.
    pub fn needs_figure(self) -> bool {
        matches!(
            self,
            Self::Count { .. } | Self::Ratio { .. } | Self::Wait(_)
        )
    }
}

/// A figure by which a criterion is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// What was counted; of a wait seconds.
    pub amount: u32,
    /// Of how many (ratio), or over how many metres (count).
    pub out_of: Option<u32>,
}

/// A criterion (测评标准).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// Row id.
    pub id: Uuid,
    /// Scheme and version of the catalogue, and its own code.
    pub key: ItemKey,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// When it is met.
    pub standard: Standard,
    /// Code of the catalogue item that a fault against it is filed as.
    pub item: Option<String>,
    /// Kinds of check points that it is judged at; empty: all.
    pub kinds: Vec<String>,
    /// Reasons for which it may be left out of the score.
    pub exclusions: Vec<String>,
}

/// Why a judgement cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misjudged {
    /// Neither a verdict nor a figure, or no figure where one is needed.
    NothingSaid,
    /// The figure is of another form.
    Figure,
    /// The verdict is not what the figure says.
    Contradiction,
    /// The reason to leave it out is none of the criterion's, or there is one and it is not left out.
    Exclusion,
}

impl Criterion {
    /// Whether it is judged at points of a kind.
    pub fn applies_to(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|of| of == kind)
    }

    /// What an observation says. A figure decides; a verdict beside it must say the same.
    ///
    /// # Errors
    /// Why it says nothing.
    pub fn judge(&self, seen: &NewObservation) -> Result<Verdict, Misjudged> {
        match (&seen.exclusion, seen.stated) {
            (Some(reason), Some(Verdict::Excluded)) => {
                let known = self.exclusions.contains(reason);
                return match seen.measure {
                    None if known => Ok(Verdict::Excluded),
                    _ => Err(Misjudged::Exclusion),
                };
            }
            (None, Some(Verdict::Excluded)) | (Some(_), _) => return Err(Misjudged::Exclusion),
            (None, _) => {}
        }
        let Some(measure) = seen.measure else {
            let by_eye = seen.stated.filter(|_| !self.standard.needs_figure());
            return by_eye.ok_or(Misjudged::NothingSaid);
        };
        let met = self.standard.is_met_by(measure).ok_or(Misjudged::Figure)?;
        let verdict = if met { Verdict::Met } else { Verdict::NotMet };
        match seen.stated {
            Some(stated) if stated != verdict => Err(Misjudged::Contradiction),
            _ => Ok(verdict),
        }
    }
}

/// What a phone says of a criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewObservation {
    /// Code of the criterion, in the active version.
    pub criterion: String,
    /// The verdict, where the inspector gives one.
    pub stated: Option<Verdict>,
    /// Why it is left out.
    pub exclusion: Option<String>,
    /// The figure.
    pub measure: Option<Measure>,
    /// The fault of the same report by which the point is lost.
    pub finding: Option<Uuid>,
}

/// What a report says of a criterion, read and judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The criterion,
    pub criterion_id: Uuid,
    /// and its code.
    pub criterion: String,
    /// Met, lost, or left out.
    pub verdict: Verdict,
    /// Why it is left out.
    pub exclusion: Option<String>,
    /// The figure.
    pub measure: Option<Measure>,
    /// The fault by which the point is lost.
    pub finding_id: Option<Uuid>,
}
