//! What inspectors write: places, extents and remarks, put together so that no two texts are alike. Compression figures are only
//! worth something on texts that say something.

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

const ROADS: [&str; 28] = [
    "黄河二路",
    "黄河四路",
    "黄河五路",
    "黄河六路",
    "黄河八路",
    "黄河十二路",
    "渤海三路",
    "渤海五路",
    "渤海七路",
    "渤海九路",
    "渤海十一路",
    "渤海十八路",
    "长江三路",
    "长江五路",
    "新立河东路",
    "新立河西路",
    "梧桐三路",
    "金廷路",
    "富国路",
    "银河一路",
    "文化路",
    "乐安大街",
    "博城五路",
    "黛溪四路",
    "鹤伴二路",
    "醴泉三路",
    "阳城三路",
    "棣新二路",
];
const SURNAMES: [&str; 32] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹",
];
const TRADES: [&str; 26] = [
    "记牛肉面",
    "家烧烤",
    "氏五金",
    "姐服装店",
    "记包子铺",
    "家超市",
    "哥汽修",
    "氏口腔诊所",
    "记水果店",
    "家棋牌室",
    "记熟食",
    "姐理发店",
    "家烟酒店",
    "氏推拿",
    "记羊汤馆",
    "家快递驿站",
    "记粮油",
    "家电动车行",
    "氏药房",
    "家网吧",
    "记火锅",
    "姐花店",
    "家打印社",
    "记早餐",
    "氏眼镜",
    "家洗车行",
];
const COMPOUNDS: [&str; 24] = [
    "文汇小区",
    "学苑小区",
    "清怡小区",
    "安民小区",
    "丽景苑",
    "中海豪庭",
    "锦绣花园",
    "滨纺生活区",
    "油田小区",
    "幸福家园",
    "阳光花园",
    "御景东方",
    "凤凰城",
    "碧桂园",
    "书香苑",
    "梅园社区",
    "武定小区",
    "梨园新村",
    "黄山花园",
    "鲁中家属院",
    "电力家属院",
    "粮食局宿舍",
    "棉厂老宿舍",
    "盛世名门",
];
const SIDES: [&str; 10] = [
    "路东",
    "路西",
    "路南",
    "路北",
    "东南角",
    "西北角",
    "西南角",
    "东北角",
    "门前",
    "后巷",
];
const REMARKS: [&str; 30] = [
    "已拍照取证",
    "现场无人值守",
    "群众反映多次",
    "较上次检查更严重",
    "异味明显",
    "影响行人通行",
    "商户称保洁未到",
    "物业电话无人接听",
    "紧邻学校，家长意见大",
    "雨后更明显",
    "疑似夜间倾倒",
    "无责任公示牌",
    "周边还有两处类似",
    "靠近公交站台",
    "店主表示下午清理",
    "未见整改痕迹",
    "老人摔倒过",
    "占用约半幅路面",
    "建议与城管一并处理",
    "已提醒现场负责人",
    "早高峰拥堵",
    "有围挡但未覆盖",
    "附近垃圾桶满溢",
    "标识脱落",
    "属上月通报点位",
    "夜间无照明",
    "拐角处视线差",
    "消防车无法进入",
    "有小孩玩耍",
    "不确定权属，请核实",
];

/// Where something was seen, in an inspector's words.
pub fn place(rng: &mut StdRng, town: &str) -> String {
    let road = pick(rng, &ROADS);
    match rng.random_range(0..4) {
        0 => format!(
            "{town}{road}与{}路口{}",
            pick(rng, &ROADS),
            pick(rng, &SIDES)
        ),
        1 => format!(
            "{road}{}号{}{}{}",
            rng.random_range(1..680),
            pick(rng, &SURNAMES),
            pick(rng, &TRADES),
            pick(rng, &SIDES),
        ),
        2 => format!(
            "{town}{}{}号楼{}单元",
            pick(rng, &COMPOUNDS),
            rng.random_range(1..46),
            rng.random_range(1..7),
        ),
        _ => format!(
            "{}{}侧{}米",
            pick(rng, &COMPOUNDS),
            pick(rng, &["东", "西", "南", "北"]),
            rng.random_range(5..400),
        ),
    }
}

/// How much of it.
pub fn extent(rng: &mut StdRng) -> String {
    match rng.random_range(0..5) {
        0 => format!("，约{}平方米", rng.random_range(1..60)),
        1 => format!("，共{}处", rng.random_range(2..20)),
        2 => format!("，长约{}米", rng.random_range(2..90)),
        3 => format!("，已有{}天", rng.random_range(2..30)),
        _ => String::new(),
    }
}

/// What else is worth saying, if anything.
pub fn remark(rng: &mut StdRng) -> String {
    match rng.random_range(0..4) {
        0 => String::new(),
        1 => format!("。{}，{}", pick(rng, &REMARKS), pick(rng, &REMARKS)),
        _ => format!("，{}", pick(rng, &REMARKS)),
    }
}

fn pick(rng: &mut StdRng, words: &[&'static str]) -> &'static str {
    words.choose(rng).copied().unwrap_or_default()
}
