//! The place names of Longdong: invented, and as they sound on the loess.

/// A name in Chinese and its reading.
pub type Name = (&'static str, &'static str);

/// What a county is called.
pub struct CountyName {
    pub zh: &'static str,
    pub en: &'static str,
    /// A district of the city has a branch, a county has a bureau of its own.
    pub district: bool,
    /// The letters of its posts' numbers.
    pub code: &'static str,
}

const fn county(zh: &'static str, en: &'static str, code: &'static str) -> CountyName {
    CountyName { zh, en, district: false, code }
}

/// What somebody answers to on the air: figures alone, for those are said alike in both languages. The first is the
/// county's (1 the bureau), the others are the unit's or the post's.
pub fn callsign(county: Option<usize>, number: usize) -> String {
    format!("{}{number:03}", county.map_or(1, |county| county + 2))
}

/// West to east, the northern row first.
pub const COUNTIES: [CountyName; 8] = [
    county("岭北", "Lingbei", "LB"),
    county("长塬", "Changyuan", "CY"),
    county("白崖", "Baiya", "BY"),
    county("石峡", "Shixia", "SX"),
    county("柳泉", "Liuquan", "LQ"),
    CountyName { zh: "东原", en: "Dongyuan", district: true, code: "DY" },
    county("合川", "Hechuan", "HC"),
    county("永驿", "Yongyi", "YY"),
];

pub const LINGBEI: usize = 0;
pub const CHANGYUAN: usize = 1;
pub const DONGYUAN: usize = 5;
pub const HECHUAN: usize = 6;

/// Eleven stations of each county, beside that of its seat.
pub const STATIONS: [Name; 88] = [
    ("北塬", "Beiyuan"),
    ("南川", "Nanchuan"),
    ("东滩", "Dongtan"),
    ("西坪", "Xiping"),
    ("高台", "Gaotai"),
    ("三岔", "Sancha"),
    ("柳湾", "Liuwan"),
    ("白杨", "Baiyang"),
    ("红崖", "Hongya"),
    ("石桥", "Shiqiao"),
    ("永安", "Yong'an"),
    ("太平", "Taiping"),
    ("新城", "Xincheng"),
    ("古城", "Gucheng"),
    ("驿马", "Yima"),
    ("青石岭", "Qingshiling"),
    ("黑松", "Heisong"),
    ("黄羊", "Huangyang"),
    ("大湾", "Dawan"),
    ("李家堡", "Lijiabao"),
    ("王家坪", "Wangjiaping"),
    ("双庙", "Shuangmiao"),
    ("五里铺", "Wulipu"),
    ("十里铺", "Shilipu"),
    ("石嘴", "Shizui"),
    ("上川", "Shangchuan"),
    ("下川", "Xiachuan"),
    ("土门", "Tumen"),
    ("泉沟", "Quangou"),
    ("月河", "Yuehe"),
    ("安塬", "Anyuan"),
    ("马家沟", "Majiagou"),
    ("老城", "Laocheng"),
    ("沙井", "Shajing"),
    ("梨园", "Liyuan"),
    ("杏树", "Xingshu"),
    ("枣林", "Zaolin"),
    ("柏树", "Baishu"),
    ("槐安", "Huai'an"),
    ("桑园", "Sangyuan"),
    ("磨坊", "Mofang"),
    ("盐店", "Yandian"),
    ("窑店", "Yaodian"),
    ("瓦窑", "Wayao"),
    ("铁炉", "Tielu"),
    ("小河", "Xiaohe"),
    ("清水沟", "Qingshuigou"),
    ("甘泉寺", "Ganquansi"),
    ("龙头", "Longtou"),
    ("凤台", "Fengtai"),
    ("虎沟", "Hugou"),
    ("鹿坪", "Luping"),
    ("雁塬", "Yanyuan"),
    ("燕沟", "Yangou"),
    ("羊圈", "Yangjuan"),
    ("牛营", "Niuying"),
    ("上堡", "Shangbao"),
    ("下堡", "Xiabao"),
    ("中塬", "Zhongyuan"),
    ("前川", "Qianchuan"),
    ("后川", "Houchuan"),
    ("冯家塬", "Fengjiayuan"),
    ("赵家湾", "Zhaojiawan"),
    ("张家坪", "Zhangjiaping"),
    ("何家畔", "Hejiapan"),
    ("杜家河", "Dujiahe"),
    ("贾家庄", "Jiajiazhuang"),
    ("董家塬", "Dongjiayuan"),
    ("南塬", "Nanyuan"),
    ("东庄", "Dongzhuang"),
    ("西塬", "Xiyuan"),
    ("北川", "Beichuan"),
    ("和平", "Heping"),
    ("团结", "Tuanjie"),
    ("兴隆", "Xinglong"),
    ("吉庆", "Jiqing"),
    ("长乐", "Changle"),
    ("丰川", "Fengchuan"),
    ("新堡", "Xinbao"),
    ("旧县", "Jiuxian"),
    ("关口", "Guankou"),
    ("峡门", "Xiamen"),
    ("崖窑", "Yayao"),
    ("塔坡", "Tapo"),
    ("碑亭", "Beiting"),
    ("温泉", "Wenquan"),
    ("蒿店", "Haodian"),
    ("草滩", "Caotan"),
];

/// The passes, and the counties on either side of each: the first one keeps it.
pub const PASSES: [(Name, usize, usize); 9] = [
    (("黑松岭", "Heisong Pass"), 0, 1),
    (("风口梁", "Fengkou Pass"), 1, 2),
    (("鹰嘴崖", "Yingzui Pass"), 2, 3),
    (("雪窝子", "Xuewozi Pass"), 0, 4),
    (("分水岭", "Fenshui Pass"), 1, 5),
    (("断头崾岘", "Duantou Pass"), 2, 6),
    (("老爷岭", "Laoye Pass"), 3, 7),
    (("乱石坡", "Luanshi Pass"), 4, 5),
    (("大盘道", "Dapan Pass"), 7, 6),
];

/// What a station guards, beside its streets, and whether by night too.
pub const SITES: [(Name, bool); 14] = [
    (("集贸市场", "market"), false),
    (("客运站", "coach station"), true),
    (("文化广场", "culture square"), false),
    (("庙会", "temple fair"), false),
    (("购物中心", "shopping centre"), false),
    (("人民医院路口", "hospital junction"), true),
    (("影剧院", "theatre"), false),
    (("水厂", "waterworks"), true),
    (("变电站", "substation"), true),
    (("加油站", "filling station"), false),
    (("社火广场", "folk parade square"), false),
    (("中学路口", "school junction"), false),
    (("粮库", "granary"), true),
    (("滑雪场", "ski slope"), false),
];
