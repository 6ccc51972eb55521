//! From an alert's area to shapes, by the order of precedence.

use std::sync::Arc;

use serde::Serialize;

use super::{Shape, Table, parse_circle, parse_polygon};
use crate::cap::Area;

/// Most shapes of one area taken; of the real alerts at hand none has more than 5 in an area.
pub const MAX_SHAPES: usize = 10_000;

/// What an area was resolved by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Its own polygons and circles.
    Drawing,
    /// Codes, through a boundary table.
    Codes {
        /// Hash of the table.
        #[serde(skip)]
        table: [u8; 32],
        /// Codes of the regions, in order.
        regions: Vec<String>,
    },
    /// Its name, found exactly so in a boundary table.
    Name {
        /// Hash of the table.
        #[serde(skip)]
        table: [u8; 32],
        /// Codes of the regions, in order.
        regions: Vec<String>,
    },
}

/// Why a person must look before measures are proposed, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Confirm {
    /// A repair was more than a formality.
    #[error("{0}")]
    Repair(String),
    /// Some shape or code could not be used, so the true area is larger.
    #[error("part of the area could not be resolved: {0}")]
    Partial(String),
    /// Found by name only.
    #[error("the area was found by its name {0:?} only")]
    ByName(String),
}

/// An area as far as it could be resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// The area in the sender's words.
    pub description: String,
    /// Its shapes; empty if it could not be resolved, which is an error to be shown, not an empty area.
    pub shapes: Vec<Shape>,
    /// What it was resolved by; `None` if it was not.
    pub by: Option<By>,
    /// Why a person must look; empty if nobody must.
    pub confirm: Vec<Confirm>,
    /// Everything that was mended or could not be used, in words.
    pub remarks: Vec<String>,
}

impl Resolution {
    /// Could nothing be made of it?
    pub fn is_unresolved(&self) -> bool {
        self.shapes.is_empty()
    }
}

/// Resolves one area of an alert. Tables are asked in order; the first that answers a code's scheme decides.
pub fn resolve(area: &Area, tables: &[Table]) -> Resolution {
    let mut result = Resolution {
        description: area.description.clone(),
        shapes: Vec::new(),
        by: None,
        confirm: Vec::new(),
        remarks: Vec::new(),
    };
    draw(area, &mut result);
    if !result.shapes.is_empty() {
        result.by = Some(By::Drawing);
        return result;
    }
    // A drawing that failed entirely leaves the field to the codes, which stand for the whole area.
    result.confirm.clear();
    look_up(area, tables, &mut result);
    if result.shapes.is_empty() {
        result.confirm.clear();
        find_name(area, tables, &mut result);
    }
    if result.shapes.is_empty() {
        let text = format!(
            "the area {:?} could not be resolved by drawing, code or name; add a boundary table or draw it by hand",
            area.description
        );
        result.remarks.push(text);
    }
    result
}

fn draw(area: &Area, result: &mut Resolution) {
    let total = area.polygons.len() + area.circles.len();
    if total > MAX_SHAPES {
        let text = format!("{total} shapes; at most {MAX_SHAPES} are read");
        result.confirm.push(Confirm::Partial(text.clone()));
        result.remarks.push(text);
    }
    for text in area.polygons.iter().take(MAX_SHAPES) {
        match parse_polygon(text) {
            Ok((polygons, repairs)) => {
                result.shapes.extend(polygons.into_iter().map(|p| Shape::Polygon(Arc::new(p))));
                result.note(&repairs);
            }
            Err(error) => result.fail(&error),
        }
    }
    for text in area.circles.iter().take(MAX_SHAPES.saturating_sub(area.polygons.len())) {
        match parse_circle(text) {
            Ok((circle, repairs)) => {
                result.shapes.push(Shape::Circle(circle));
                result.note(&repairs);
            }
            Err(error) => result.fail(&error),
        }
    }
}

impl Resolution {
    fn note(&mut self, repairs: &[super::Repair]) {
        for repair in repairs {
            let text = repair.to_string();
            if repair.needs_person() {
                self.add_confirm(Confirm::Repair(text.clone()));
            }
            self.remark(text);
        }
    }

    fn fail(&mut self, error: &super::AreaError) {
        let text = error.to_string();
        self.add_confirm(Confirm::Partial(text.clone()));
        self.remark(text);
    }

    /// Five thousand polygons with one fault are one remark.
    fn remark(&mut self, text: String) {
        if !self.remarks.contains(&text) && self.remarks.len() < MAX_REMARKS {
            self.remarks.push(text);
        }
    }

    fn add_confirm(&mut self, reason: Confirm) {
        if !self.confirm.contains(&reason) && self.confirm.len() < MAX_REMARKS {
            self.confirm.push(reason);
        }
    }
}

/// Most remarks kept of an area: enough to see what is wrong with it.
const MAX_REMARKS: usize = 20;

fn look_up(area: &Area, tables: &[Table], result: &mut Resolution) {
    let mut used: Option<(&Table, Vec<String>)> = None;
    for geocode in &area.geocodes {
        // Codes of one area in several schemes say the same place several times: the first scheme that is known wins.
        let table = match &used {
            Some((table, _)) if table.answers(&geocode.name) => *table,
            Some(_) => continue,
            None => match tables.iter().find(|t| t.answers(&geocode.name)) {
                Some(table) => table,
                None => continue,
            },
        };
        let found = table.find(&geocode.value);
        if found.is_empty() {
            let text = format!("the code {} {:?} is not in the table {}", geocode.name, geocode.value, table.spec.name);
            result.add_confirm(Confirm::Partial(text.clone()));
            result.remark(text);
            continue;
        }
        let (_, regions) = used.get_or_insert_with(|| (table, Vec::new()));
        for (code, region) in found {
            if !regions.iter().any(|r| r == code) {
                regions.push(code.to_owned());
                result.shapes.extend(region.parts.iter().cloned().map(Shape::Polygon));
            }
        }
    }
    result.by = used.map(|(table, regions)| By::Codes { table: table.hash, regions });
}

fn find_name(area: &Area, tables: &[Table], result: &mut Resolution) {
    for table in tables {
        let found = table.named(&area.description);
        if found.is_empty() {
            continue;
        }
        result.confirm.push(Confirm::ByName(area.description.trim().to_owned()));
        let parts = found.iter().flat_map(|(_, region)| region.parts.iter().cloned());
        result.shapes = parts.map(Shape::Polygon).collect();
        let regions = found.iter().map(|(code, _)| (*code).to_owned()).collect();
        result.by = Some(By::Name { table: table.hash, regions });
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::boundary::tests::table;
    use crate::cap::Pair;

    const SQUARE: &str = "35,107 35,108 36,108 36,107 35,107";

    fn area(polygons: &[&str], codes: &[&str], description: &str) -> Area {
        let owned = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let geocodes = owned(codes).into_iter().map(|value| Pair { name: "adcode".to_owned(), value }).collect();
        Area { description: description.to_owned(), polygons: owned(polygons), geocodes, ..Area::default() }
    }

    #[test]
    fn a_drawing_goes_before_codes_and_codes_before_names() {
        let tables = [table().0];
        let by = |a: &Area| resolve(a, &tables).by;
        assert_eq!(by(&area(&[SQUARE], &["621000"], "西峰区")), Some(By::Drawing));
        let regions = vec!["621002".to_owned(), "621027".to_owned()];
        assert_eq!(by(&area(&["nonsense"], &["621000"], "x")), Some(By::Codes { table: tables[0].hash, regions }));
        let regions = vec!["621002".to_owned()];
        assert_eq!(by(&area(&[], &["999999"], "西峰区")), Some(By::Name { table: tables[0].hash, regions }));
    }

    #[test]
    fn what_is_found_by_name_or_in_part_waits_for_a_person() {
        let tables = [table().0];
        assert_eq!(resolve(&area(&[], &[], "西峰区"), &tables).confirm, [Confirm::ByName("西峰区".to_owned())]);
        let partly = resolve(&area(&[], &["621002", "621099"], "x"), &tables);
        assert!(matches!(partly.confirm.as_slice(), [Confirm::Partial(_)]), "{partly:?}");
        let drawn = resolve(&area(&[SQUARE, "1,2"], &[], "x"), &tables);
        assert!(matches!(drawn.confirm.as_slice(), [Confirm::Partial(_)]), "{drawn:?}");
    }

    #[test]
    fn what_cannot_be_resolved_says_so() {
        let nowhere = resolve(&area(&[], &[], "陇东大部"), &[table().0]);
        assert!(nowhere.is_unresolved());
        assert!(nowhere.remarks.last().is_some_and(|r| r.contains("陇东大部")), "{nowhere:?}");
    }
}
