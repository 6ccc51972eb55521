//! Which sheets a workbook has, with their columns and the headings under which people keep them.
//!
//! The same layouts describe what is written, so what was exported reads back.

use paper::table::{Choice, Column, Kind, Sheet};
use paper::workbook::Layout;

pub const UNITS: &str = "units";
pub const PEOPLE: &str = "people";
pub const POSTS: &str = "posts";
pub const SHIFTS: &str = "shifts";
pub const ASSIGNMENTS: &str = "assignments";

/// Every sheet that is read; `year` is that of dates written without one.
pub fn all(year: Option<i16>) -> Layout {
    let mut layout = Layout::new([units(), people(), posts(), shifts(), assignments()]);
    layout.year = year;
    layout
}

fn column(key: &str, en: &str, zh: &str, kind: Kind, aliases: &[&str]) -> Column {
    aliases.iter().fold(Column::new(key, en, zh, kind), |column, alias| column.alias(*alias))
}

fn text(key: &str, en: &str, zh: &str, aliases: &[&str]) -> Column {
    column(key, en, zh, Kind::Text, aliases)
}

fn sheet(key: &str, en: &str, zh: &str, aliases: &[&str], columns: impl IntoIterator<Item = Column>) -> Sheet {
    let sheet = aliases.iter().fold(Sheet::new(key, en, zh), |sheet, alias| sheet.alias(*alias));
    columns.into_iter().fold(sheet, Sheet::column)
}

fn yes_no() -> Kind {
    Kind::Choice(vec![
        Choice::new("yes", "Yes", "是").alias("y").alias("√").alias("有"),
        Choice::new("no", "No", "否").alias("n").alias("无").alias("×"),
    ])
}

pub fn units() -> Sheet {
    sheet(
        UNITS,
        "Units",
        "单位",
        &["单位一览", "单位一览表", "机构", "组织机构", "unit"],
        [
            text("name", "Unit", "单位名称", &["单位", "名称", "机构名称", "name"]).required(),
            text("above", "Superior unit", "上级单位", &["隶属单位", "上级", "主管单位", "parent"]),
            text("name_en", "Name in English", "英文名称", &["英文名", "english name"]),
            text("callsign", "Callsign", "呼号", &["电台呼号"]),
            text("channel", "Channel", "频道", &["信道", "电台频道"]),
            column("telephone", "Telephone", "电话", Kind::Phone, &["联系电话", "值班电话", "phone"]),
            column("order", "Order", "排列顺序", Kind::Count, &["排序", "顺序"]),
        ],
    )
}

pub fn people() -> Sheet {
    let grade = Kind::Choice(vec![
        Choice::new("officer", "Officer", "民警").alias("警察").alias("正式民警"),
        Choice::new("auxiliary", "Auxiliary", "辅警").alias("协警").alias("警务辅助人员"),
    ]);
    let status = Kind::Choice(vec![
        Choice::new("serving", "Serving", "在职").alias("在岗").alias("在编"),
        Choice::new("left", "Left", "离队").alias("离职").alias("调出").alias("退休").alias("辞职"),
    ]);
    sheet(
        PEOPLE,
        "People",
        "人员",
        &["花名册", "人员花名册", "民警花名册", "名册", "人员信息", "person"],
        [
            column(
                "number",
                "Staff number",
                "警号",
                Kind::StaffNumber,
                &["编号", "工号", "人员编号", "辅警编号", "警号（编号）", "number"],
            )
            .required(),
            column("name", "Name", "姓名", Kind::Name, &["人员姓名", "民警姓名"]).required(),
            text("unit", "Unit", "单位", &["所属单位", "工作单位", "所在单位", "部门", "所属派出所"]).required(),
            column("grade", "Grade", "类别", grade, &["人员类别", "身份", "人员性质"]).required(),
            column("qualifications", "Qualifications", "资质", Kind::List, &["技能", "特长", "持证情况"]),
            text("callsign", "Callsign", "呼号", &["电台呼号"]),
            column(
                "telephone",
                "Telephone",
                "电话",
                Kind::Phone,
                &["手机", "手机号", "手机号码", "联系电话", "联系方式", "phone", "mobile"],
            ),
            column("status", "Status", "人员状态", status, &["在职状态", "状态"]),
        ],
    )
}

pub fn posts() -> Sheet {
    let kind = Kind::Choice(vec![
        Choice::new("fixed_post", "Fixed post", "定点岗").alias("固定岗").alias("定点").alias("值守岗"),
        Choice::new("checkpoint", "Checkpoint", "检查站（卡点）").alias("检查站").alias("卡点").alias("检查点"),
        Choice::new("patrol_route", "Patrol route", "巡线").alias("巡逻线").alias("巡逻").alias("巡逻岗"),
        Choice::new("command_centre", "Command centre", "指挥中心").alias("指挥部"),
    ]);
    sheet(
        POSTS,
        "Posts",
        "岗位",
        &["岗位一览", "岗位一览表", "岗位表", "岗点", "布岗表", "post"],
        [
            text("number", "Post number", "岗位编号", &["编号", "岗号", "岗位号", "number"]).required(),
            text("name", "Post", "岗位名称", &["岗位", "岗点", "岗点名称", "名称", "name"]).required(),
            text("unit", "Unit", "单位", &["责任单位", "负责单位", "派出单位", "所属单位"]).required(),
            column("kind", "Kind", "岗位类型", kind, &["类型", "岗位类别", "岗位性质"]).required(),
            text("place", "Place", "地点", &["位置", "设岗地点", "岗位地点", "具体位置"]),
            text("name_en", "Post in English", "岗位英文名称", &["英文名称", "英文名"]),
            text("place_en", "Place in English", "地点英文名称", &["英文地点"]),
            text("callsign", "Callsign", "呼号", &["电台呼号"]),
            text("channel", "Channel", "频道", &["信道"]),
            column("telephone", "Telephone", "电话", Kind::Phone, &["联系电话", "岗位电话", "phone"]),
            text("leader", "Named leader", "责任领导", &["带班领导", "岗长", "负责人", "责任人"]),
            column(
                "contact",
                "Contact every (minutes)",
                "联络间隔（分钟）",
                Kind::Count,
                &["联络间隔", "联络周期", "contact every"],
            ),
            column("cold", "Outdoors in the cold", "室外严寒", yes_no(), &["室外", "严寒"]),
            column("closed", "Closed", "已撤销", yes_no(), &["撤岗", "撤销"]),
        ],
    )
}

/// The hours of a shift: those that begin it on a day, and where they end later than the next, the day on which they end.
fn when() -> [Column; 3] {
    [
        column("date", "Date", "日期", Kind::Date, &["班次日期", "值勤日期", "上岗日期", "day"]).required(),
        column("hours", "Hours", "时间", Kind::Span, &["时段", "班次时间", "起止时间", "值勤时间", "上岗时间", "班次"])
            .required(),
        column("end_date", "End date", "结束日期", Kind::Date, &["下岗日期"]),
    ]
}

/// A post by its number or, where a workbook has none, by its name.
fn which_post() -> [Column; 2] {
    [
        text("post", "Post number", "岗位编号", &["岗号", "岗位号", "编号"]),
        text("post_name", "Post", "岗位名称", &["岗位", "岗点", "岗点名称", "post name"]),
    ]
}

pub fn shifts() -> Sheet {
    let [post, post_name] = which_post();
    let [date, hours, end_date] = when();
    sheet(
        SHIFTS,
        "Shifts",
        "班次",
        &["班次表", "班次安排", "shift"],
        [
            post,
            post_name,
            date,
            hours,
            column("required", "Required strength", "应到警力", Kind::Count, &["警力", "人数", "所需警力", "应到人数"])
                .required(),
            column("demands", "Qualifications demanded", "资质要求", Kind::List, &["岗位要求", "所需资质"]),
            end_date,
        ],
    )
}

pub fn assignments() -> Sheet {
    let duty = Kind::Choice(vec![
        Choice::new("post", "On the post", "上岗").alias("值勤").alias("在岗").alias("执勤"),
        Choice::new("standby", "Standby", "备勤").alias("备班"),
    ]);
    let [post, post_name] = which_post();
    let [date, hours, _] = when();
    sheet(
        ASSIGNMENTS,
        "Roster",
        "排班",
        &["排班表", "值班表", "值勤表", "勤务安排", "assignments", "assignment"],
        [
            post,
            post_name,
            date,
            hours,
            column(
                "people",
                "People",
                "人员",
                Kind::List,
                &["姓名", "值勤人员", "值班人员", "在岗人员", "执勤民警", "name"],
            )
            .required(),
            column("number", "Staff number", "警号", Kind::StaffNumber, &["人员编号", "工号"]),
            column("duty", "Duty", "勤务", duty, &["勤务类型", "勤务方式"]),
        ],
    )
}

/// A qualification by any of the words that people write.
pub fn qualification(word: &str) -> Option<board::force::Qualification> {
    use board::force::Qualification as Q;
    let word: String = word.to_lowercase().chars().filter(|letter| !letter.is_whitespace()).collect();
    Some(match word.as_str() {
        "driver" | "driving" | "驾驶" | "驾驶员" | "驾照" | "司机" => Q::Driver,
        "firearms" | "firearm" | "持枪" | "枪支" | "持枪证" | "配枪" => Q::Firearms,
        "firstaid" | "急救" | "救护" | "急救证" => Q::FirstAid,
        "language" | "languages" | "外语" | "语言" | "翻译" => Q::Language,
        "traffic" | "交通" | "交通指挥" | "交管" => Q::Traffic,
        _ => return None,
    })
}

/// A qualification as it is written: the first of the words above in each language.
pub const fn qualification_words(found: board::force::Qualification) -> (&'static str, &'static str) {
    use board::force::Qualification as Q;
    match found {
        Q::Driver => ("Driver", "驾驶"),
        Q::Firearms => ("Firearms", "持枪"),
        Q::FirstAid => ("First aid", "急救"),
        Q::Language => ("Language", "外语"),
        Q::Traffic => ("Traffic", "交通"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_heading_means_two_columns_of_one_sheet() {
        for sheet in all(None).sheets {
            let mut seen = std::collections::BTreeSet::new();
            for column in &sheet.columns {
                let words = [&column.heading.en, &column.heading.zh].into_iter().chain(&column.aliases);
                for word in words {
                    assert!(seen.insert(word.to_lowercase()), "{word} stands twice in the sheet {}", sheet.key);
                }
            }
        }
    }

    #[test]
    fn every_qualification_reads_back_in_both_languages() {
        for found in board::force::Qualification::ALL {
            let (en, zh) = qualification_words(found);
            assert_eq!((qualification(en), qualification(zh)), (Some(found), Some(found)));
        }
    }
}
