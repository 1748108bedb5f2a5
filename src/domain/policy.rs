//! Policies: the thresholds and switches that a city sets for itself. Each has a key, a default and one line of meaning;
//! a change is a new version, and what decides a ticket's clock is frozen on the ticket.

use jiff::civil::time;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calendar::WorkDayCounting;
use super::deduction::Scale;
use super::report::Source;
use super::supervision::ladder::{Ladder, QuietHours};
use super::text::Text;

/// Longest radius within which two findings are the same place, in metres.
pub const MAX_RADIUS_M: u32 = 1_000;

/// Key of the ladder, whose version each of its slips keeps.
pub const LADDER: &str = "escalation.ladder";

/// What happens to a finding whose accuracy circle reaches another district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BorderRule {
    /// A clerk decides, with the candidates and metres before him.
    Triage,
    /// The district under the centre has it, and the ticket says so.
    CentreWins,
}

/// What happens to a finding of a fault that has an open ticket already (重复上报).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// It waits for a clerk, with the tickets near it.
    Suggest,
    /// It joins the nearest one by itself.
    Merge,
    /// It is taken for another fault.
    Off,
}

/// All policies in force at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policies {
    /// A fix older than this counts as missing.
    #[serde(rename = "intake.fix_max_age_s")]
    pub fix_max_age_s: u32,
    /// A fix less accurate than this is weak.
    #[serde(rename = "intake.weak_accuracy_m")]
    pub weak_accuracy_m: u32,
    /// What to do with a fault that has an open ticket already.
    #[serde(rename = "intake.duplicates")]
    pub duplicates: Duplicates,
    /// Findings of an item this close are the same place, where the catalogue gives the item no radius of its own.
    #[serde(rename = "intake.duplicate_radius_m")]
    pub duplicate_radius_m: u32,
    /// A fault that is found again within this time after its ticket was closed has recurred (反弹).
    #[serde(rename = "intake.recurrence_days")]
    pub recurrence_days: u32,
    /// What to do at a border.
    #[serde(rename = "routing.border")]
    pub border: BorderRule,
    /// Code of the unit that has what nobody has (属地兜底).
    #[serde(rename = "routing.fallback_unit")]
    pub fallback_unit: Option<String>,
    /// How a limit in work days is counted.
    #[serde(rename = "deadline.work_day_counting")]
    pub work_day_counting: WorkDayCounting,
    /// How long a submission may wait for the bytes of its photos and still count from its receipt.
    #[serde(rename = "evidence.photos_within_h")]
    pub photos_within_h: u32,
    /// A camera that was further from its report than this is flagged.
    #[serde(rename = "evidence.exif_far_m")]
    pub exif_far_m: u32,
    /// A camera clock that is further off than this is flagged.
    #[serde(rename = "evidence.exif_time_off_s")]
    pub exif_time_off_s: u32,
    /// A rectification photographed further from the fault than this is flagged.
    #[serde(rename = "evidence.after_far_m")]
    pub after_far_m: u32,
    /// How much of what units close by themselves is looked back at, in percent.
    #[serde(rename = "lookback.share_percent")]
    pub lookback_share_percent: u32,
    /// How often that is drawn, in days.
    #[serde(rename = "lookback.period_days")]
    pub lookback_period_days: u32,
    /// How long a clerk may take over what waits in triage.
    #[serde(rename = "limits.triage_work_h")]
    pub triage_work_h: u32,
    /// How long a unit may take to acknowledge.
    #[serde(rename = "limits.acknowledge_work_h")]
    pub acknowledge_work_h: u32,
    /// How long a recheck may take from a complete submission.
    #[serde(rename = "limits.recheck_work_h")]
    pub recheck_work_h: u32,
    /// How long the office may take to decide a request, a return or a dispute.
    #[serde(rename = "limits.decide_work_h")]
    pub decide_work_h: u32,
    /// How long a unit may take to reply to a supervision slip, when the slip does not say.
    #[serde(rename = "limits.reply_work_h")]
    pub reply_work_h: u32,
    /// How late a ticket must be for which level.
    #[serde(rename = "escalation.ladder")]
    pub ladder: Ladder,
    /// When nothing is issued.
    #[serde(rename = "escalation.quiet_hours")]
    pub quiet_hours: Option<QuietHours>,
    /// A point that was visited within so many days is not drawn.
    #[serde(rename = "rounds.revisit_after_days")]
    pub round_revisit_after_days: u32,
    /// Points of the last round are not drawn for the next.
    #[serde(rename = "rounds.skips_last")]
    pub round_skips_last: bool,
    /// What a fault costs that the city's inspectors found (扣分).
    #[serde(rename = "deductions.city")]
    pub deductions_city: Scale,
    /// What it costs when a district's own found it.
    #[serde(rename = "deductions.district")]
    pub deductions_district: Scale,
    /// What it costs when the unit itself found it (自查).
    #[serde(rename = "deductions.self_check")]
    pub deductions_self_check: Scale,
    /// What it costs when a superior's list names it (省反馈).
    #[serde(rename = "deductions.superior")]
    pub deductions_superior: Scale,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            fix_max_age_s: 120,
            weak_accuracy_m: 100,
            duplicates: Duplicates::Suggest,
            duplicate_radius_m: 30,
            recurrence_days: 30,
            border: BorderRule::Triage,
            fallback_unit: None,
            work_day_counting: WorkDayCounting::ElapsedHours,
            photos_within_h: 24,
            exif_far_m: 300,
            exif_time_off_s: 1_800,
            after_far_m: 200,
            lookback_share_percent: 10,
            lookback_period_days: 7,
            triage_work_h: 4,
            acknowledge_work_h: 4,
            recheck_work_h: 16,
            decide_work_h: 8,
            reply_work_h: 8,
            ladder: Ladder::default(),
            quiet_hours: Some(QuietHours {
                from: time(20, 0, 0, 0),
                until: time(8, 0, 0, 0),
            }),
            round_revisit_after_days: 7,
            round_skips_last: true,
            deductions_city: Scale::hundredths(30, 100, 200),
            deductions_district: Scale::hundredths(20, 50, 100),
            deductions_self_check: Scale::hundredths(10, 30, 60),
            deductions_superior: Scale::hundredths(30, 100, 200),
        }
    }
}

/// A policy that cannot be set so.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// No policy has this key.
    #[error("there is no policy {0:?}")]
    UnknownKey(String),
    /// The value is not of the policy's form.
    #[error("{key}: {source}")]
    Value {
        /// The policy.
        key: String,
        /// What is wrong with the value.
        source: serde_json::Error,
    },
}

impl Policies {
    /// The policies in force, from the stored rows over the defaults.
    ///
    /// # Errors
    /// [`PolicyError`] at the first row that does not fit.
    pub fn with(rows: impl IntoIterator<Item = (String, Value)>) -> Result<Self, PolicyError> {
        let mut policies = Self::default();
        for (key, value) in rows {
            policies = policies.set(&key, value)?;
        }
        Ok(policies)
    }

    /// The same policies with one changed.
    ///
    /// # Errors
    /// [`PolicyError`] when there is no such policy or the value does not fit it.
    pub fn set(&self, key: &str, value: Value) -> Result<Self, PolicyError> {
        let mut all = self.values();
        let slot = all
            .get_mut(key)
            .ok_or_else(|| PolicyError::UnknownKey(key.to_owned()))?;
        *slot = value;
        let refused = |source| PolicyError::Value {
            key: key.to_owned(),
            source,
        };
        let policies: Self = serde_json::from_value(Value::Object(all)).map_err(refused)?;
        policies.check_bounds().map_err(refused)?;
        Ok(policies)
    }

    /// Refuses figures that no city can mean.
    fn check_bounds(&self) -> Result<(), serde_json::Error> {
        let figures = [
            (self.fix_max_age_s, 86_400),
            (self.weak_accuracy_m, 10_000),
            (self.duplicate_radius_m, MAX_RADIUS_M),
            (self.recurrence_days, 366),
            (self.photos_within_h, 720),
            (self.exif_far_m, 100_000),
            (self.exif_time_off_s, 31_536_000),
            (self.after_far_m, 100_000),
            (self.lookback_share_percent, 100),
            (self.lookback_period_days, 365),
            (self.triage_work_h, 1_000),
            (self.acknowledge_work_h, 1_000),
            (self.recheck_work_h, 1_000),
            (self.decide_work_h, 1_000),
            (self.reply_work_h, 1_000),
            (self.round_revisit_after_days, 365),
        ];
        for (figure, most) in figures {
            if !(1..=most).contains(&figure) {
                let reason = format!("{figure} is not between 1 and {most}");
                return Err(serde::de::Error::custom(reason));
            }
        }
        Ok(())
    }

    /// Key and value of every policy.
    pub fn values(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }

    /// What a policy means, for the person who sets it.
    pub fn meaning(key: &str) -> Option<Text> {
        Some(match key {
            "intake.fix_max_age_s" => Text::new(
                "定位超过多少秒视为缺失",
                "a fix older than this many seconds counts as missing",
            ),
            "intake.weak_accuracy_m" => Text::new(
                "定位精度差于多少米转人工",
                "a fix less accurate than this many metres waits for a clerk",
            ),
            "intake.duplicates" => Text::new(
                "附近已有未结同类工单时：suggest 转人工并提示，merge 自动并案，off 不判重",
                "an open ticket of the same item nearby: suggest waits for a clerk, merge joins it, off takes no notice",
            ),
            "intake.duplicate_radius_m" => Text::new(
                "同一项目相距多少米以内视为同一处（目录中另有规定的项目除外）",
                "findings of an item within this many metres are the same place, unless the catalogue says otherwise",
            ),
            "intake.recurrence_days" => Text::new(
                "结案后多少天内同处再次发现视为反弹",
                "a fault found again within this many days after its ticket was closed has recurred",
            ),
            "routing.border" => Text::new(
                "精度圈越界时：triage 转人工，centre_wins 按中心点属地",
                "accuracy circle over a border: triage waits for a clerk, centre_wins takes the district under the centre",
            ),
            "routing.fallback_unit" => Text::new(
                "属地兜底单位代码",
                "code of the unit that has what nobody has",
            ),
            "deadline.work_day_counting" => Text::new(
                "工作日计法：elapsed_hours 每日8个工作时，close_of_nth_day 第n个工作日下班",
                "work days: elapsed_hours counts 8 work hours each, close_of_nth_day ends with the n-th day",
            ),
            "evidence.photos_within_h" => Text::new(
                "提交后多少小时内照片传齐，仍按提交时间计",
                "hours within which a submission's photos must arrive for it to count from its receipt",
            ),
            "evidence.exif_far_m" => Text::new(
                "照片内记录的位置距上报位置超过多少米作疑点",
                "a photo whose camera was further from the report than this many metres is flagged",
            ),
            "evidence.exif_time_off_s" => Text::new(
                "照片内记录的时间偏离应有时段超过多少秒作疑点",
                "a photo whose camera clock is off by more than this many seconds is flagged",
            ),
            "evidence.after_far_m" => Text::new(
                "整改后照片距问题位置超过多少米作疑点",
                "an after-photo taken further from the fault than this many metres is flagged",
            ),
            "lookback.share_percent" => Text::new(
                "责任单位自行销号的工单中，抽取百分之几回头看",
                "of the tickets that units close by themselves, this many percent are looked back at",
            ),
            "lookback.period_days" => Text::new(
                "每隔多少天抽取一次回头看",
                "every so many days tickets to look back at are drawn",
            ),
            "limits.triage_work_h" => Text::new(
                "待受理的问题应在多少工作时内处理",
                "work hours in which a clerk should settle what waits in triage",
            ),
            "limits.acknowledge_work_h" => Text::new(
                "责任单位应在多少工作时内签收",
                "work hours in which a unit should acknowledge",
            ),
            "limits.recheck_work_h" => Text::new(
                "整改提交后应在多少工作时内核查",
                "work hours in which a submission should be rechecked",
            ),
            "limits.decide_work_h" => Text::new(
                "申请、退件和争议应在多少工作时内审批",
                "work hours in which a request, a return or a dispute should be decided",
            ),
            "limits.reply_work_h" => Text::new(
                "督办单未写明时，应在多少工作时内回复",
                "work hours in which a supervision slip should be replied to when it does not say",
            ),
            LADDER => Text::new(
                "督办阶梯：超期满 days_late 个工作日（work_day）或自然日（natural_day）升一级，督办单发责任单位（lead）或属地（district），限 reply_work_h 个工作时回复",
                "the ladder: days_late work or natural days after its deadline a ticket is raised a level, with a slip to its lead unit or the office of the district, to be replied to within reply_work_h work hours",
            ),
            "escalation.quiet_hours" => Text::new(
                "免打扰时段，其间不发督办单；null 为不设",
                "hours of the day in which the ladder issues nothing; null for none",
            ),
            "rounds.revisit_after_days" => Text::new(
                "多少天内走访过的点位不再抽取",
                "a point visited within this many days is not drawn",
            ),
            "rounds.skips_last" => Text::new(
                "上一批次抽中的点位，下一批次不再抽取",
                "points drawn for the last round are not drawn for the next",
            ),
            _ => return deduction_meaning(key),
        })
    }

    /// What faults cost, by who found them.
    pub fn deduction(&self, source: Source) -> &Scale {
        match source {
            Source::City => &self.deductions_city,
            Source::District => &self.deductions_district,
            Source::SelfCheck => &self.deductions_self_check,
            Source::Superior => &self.deductions_superior,
        }
    }

    /// The key of [`Policies::deduction`].
    pub fn deduction_key(source: Source) -> &'static str {
        match source {
            Source::City => "deductions.city",
            Source::District => "deductions.district",
            Source::SelfCheck => "deductions.self_check",
            Source::Superior => "deductions.superior",
        }
    }
}

/// What a scale of deductions means.
fn deduction_meaning(key: &str) -> Option<Text> {
    Some(match key {
        "deductions.city" => Text::new(
            "市级督查发现的问题扣分：发现、逾期未改、反弹（字符串，最多两位小数）",
            "points for a fault that the city found: found, late, repeated (as text, at most two decimals)",
        ),
        "deductions.district" => Text::new(
            "区县督查发现的问题扣分",
            "points for a fault that a district's own inspectors found",
        ),
        "deductions.self_check" => Text::new(
            "自查发现的问题扣分",
            "points for a fault that the unit itself found",
        ),
        "deductions.superior" => Text::new(
            "上级反馈的问题扣分",
            "points for a fault on a superior's list",
        ),
        _ => return None,
    })
}
