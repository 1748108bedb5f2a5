//! Indicators (指标): what each counts, in words that are printed beside it and by a version that changes when its meaning does. The
//! same conditions in SQL are in `db::supervision::indicator`.

use std::str::FromStr;

use crate::domain::text::Text;

/// An indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Indicator {
    /// 立案率.
    Filing,
    /// 结案率.
    Closure,
    /// 按期结案率.
    OnTime,
    /// 返工率.
    Rework,
    /// 延期率.
    Extension,
    /// 退件率.
    Return,
    /// 反弹率.
    Recurrence,
    /// 一次核查合格率.
    FirstRecheckPass,
    /// 核查合格率.
    RecheckPass,
    /// 回头看合格率.
    LookbackPass,
}

/// A word that names no indicator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no indicator")]
pub struct UnknownIndicator(pub String);

impl Indicator {
    /// Every one, in the order in which they are printed.
    pub const ALL: [Self; 10] = [
        Self::Filing,
        Self::Closure,
        Self::OnTime,
        Self::Rework,
        Self::Extension,
        Self::Return,
        Self::Recurrence,
        Self::FirstRecheckPass,
        Self::RecheckPass,
        Self::LookbackPass,
    ];

    /// The word used in the API and in bulletins.
    pub fn code(self) -> &'static str {
        match self {
            Self::Filing => "filing",
            Self::Closure => "closure",
            Self::OnTime => "on_time",
            Self::Rework => "rework",
            Self::Extension => "extension",
            Self::Return => "return",
            Self::Recurrence => "recurrence",
            Self::FirstRecheckPass => "first_recheck_pass",
            Self::RecheckPass => "recheck_pass",
            Self::LookbackPass => "lookback_pass",
        }
    }

    /// Version of its definition: raised whenever what it counts changes.
    pub fn version(self) -> u32 {
        1
    }

    /// Its name.
    pub fn name(self) -> Text {
        match self {
            Self::Filing => Text::new("立案率", "Filing rate"),
            Self::Closure => Text::new("结案率", "Closure rate"),
            Self::OnTime => Text::new("按期结案率", "On-time closure rate"),
            Self::Rework => Text::new("返工率", "Rework rate"),
            Self::Extension => Text::new("延期率", "Extension rate"),
            Self::Return => Text::new("退件率", "Return rate"),
            Self::Recurrence => Text::new("反弹率", "Recurrence rate"),
            Self::FirstRecheckPass => Text::new("一次核查合格率", "First recheck pass rate"),
            Self::RecheckPass => Text::new("核查合格率", "Recheck pass rate"),
            Self::LookbackPass => Text::new("回头看合格率", "Look-back pass rate"),
        }
    }

    /// What it counts of what. "Due in the period" is printed once, as [`due_in_the_period`].
    pub fn definition(self) -> Text {
        match self {
            Self::Filing => Text::new(
                "立案数 ÷ 当期收到且已作出决定（立案、不予立案）的问题数",
                "filed of the findings received in the period and decided (filed or refused)",
            ),
            Self::Closure => Text::new(
                "已结案数 ÷ 当期应结案数",
                "closed of those due in the period",
            ),
            Self::OnTime => Text::new(
                "期限内提交整改并已结案数 ÷ 当期应结案数",
                "closed, and submitted by their deadline, of those due in the period",
            ),
            Self::Rework => Text::new(
                "曾返工数 ÷ 当期结案数",
                "with a failed recheck of those closed in the period",
            ),
            Self::Extension => Text::new(
                "曾获延期数 ÷ 当期应结案数",
                "with an extension of those due in the period",
            ),
            Self::Return => Text::new(
                "曾被退件数 ÷ 当期立案数",
                "returned at least once of those filed in the period",
            ),
            Self::Recurrence => Text::new(
                "结案后再次立案（反弹）数 ÷ 当期结案数",
                "whose fault was filed anew of those closed in the period",
            ),
            Self::FirstRecheckPass => Text::new(
                "首次核查即合格数 ÷ 当期首次核查数（无法核查不计）",
                "passed at their first recheck of those first rechecked in the period; \"unable\" does not count",
            ),
            Self::RecheckPass => Text::new(
                "当期最后一次核查合格数 ÷ 当期经核查的工单数（无法核查不计）",
                "passed at their last recheck in the period of those rechecked in it; \"unable\" does not count",
            ),
            Self::LookbackPass => Text::new(
                "当期最后一次回头看合格数 ÷ 当期经回头看的工单数（无法核查不计；与核查分开统计）",
                "still right at their last look-back in the period of those looked back at in it; \"unable\" does not count, nor do rechecks",
            ),
        }
    }

    /// Whether less of it is better.
    pub fn is_worse_when_higher(self) -> bool {
        matches!(
            self,
            Self::Rework | Self::Extension | Self::Return | Self::Recurrence
        )
    }
}

/// The cohort that most indicators are about (当期应结案数).
pub fn due_in_the_period() -> Text {
    Text::new(
        "当期应结案：处置期限（延期后以新期限为准）落在当期；作废、并案、挂账、退件及争议待裁、申诉成立的不计入",
        "due in the period: the deadline, as extended, falls in it; void, merged, suspended, returned or disputed, and exempted on appeal are left out",
    )
}

impl FromStr for Indicator {
    type Err = UnknownIndicator;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|indicator| indicator.code() == word)
            .ok_or_else(|| UnknownIndicator(word.to_owned()))
    }
}
