//! The weather warning signals of China: fourteen hazards in up to four colours.
//!
//! Source: China Meteorological Administration, Decree No. 16 (2007), 气象灾害预警信号发布与传播办法. Offices without a
//! feed enter a signal by hand; alerts of feeds are read as signals by code, by the sender's own table, or by words, and
//! where none of these is certain, by a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cap::{Alert, Area};
use crate::time::Moment;

/// What is threatening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "named by `zh` and `en`")]
pub enum Hazard {
    Typhoon,
    Rain,
    Snow,
    ColdWave,
    Wind,
    Dust,
    Heat,
    Drought,
    Lightning,
    Hail,
    Frost,
    Fog,
    Haze,
    Icing,
}

impl Hazard {
    /// Every hazard, in the decree's order.
    pub const ALL: [Hazard; 14] = [
        Hazard::Typhoon,
        Hazard::Rain,
        Hazard::Snow,
        Hazard::ColdWave,
        Hazard::Wind,
        Hazard::Dust,
        Hazard::Heat,
        Hazard::Drought,
        Hazard::Lightning,
        Hazard::Hail,
        Hazard::Frost,
        Hazard::Fog,
        Hazard::Haze,
        Hazard::Icing,
    ];

    /// Its name in the decree.
    pub const fn zh(self) -> &'static str {
        match self {
            Hazard::Typhoon => "台风",
            Hazard::Rain => "暴雨",
            Hazard::Snow => "暴雪",
            Hazard::ColdWave => "寒潮",
            Hazard::Wind => "大风",
            Hazard::Dust => "沙尘暴",
            Hazard::Heat => "高温",
            Hazard::Drought => "干旱",
            Hazard::Lightning => "雷电",
            Hazard::Hail => "冰雹",
            Hazard::Frost => "霜冻",
            Hazard::Fog => "大雾",
            Hazard::Haze => "霾",
            Hazard::Icing => "道路结冰",
        }
    }

    /// Its name in English.
    pub const fn en(self) -> &'static str {
        match self {
            Hazard::Typhoon => "typhoon",
            Hazard::Rain => "rainstorm",
            Hazard::Snow => "snowstorm",
            Hazard::ColdWave => "cold wave",
            Hazard::Wind => "gale",
            Hazard::Dust => "sandstorm",
            Hazard::Heat => "heat",
            Hazard::Drought => "drought",
            Hazard::Lightning => "lightning",
            Hazard::Hail => "hail",
            Hazard::Frost => "frost",
            Hazard::Fog => "fog",
            Hazard::Haze => "haze",
            Hazard::Icing => "road icing",
        }
    }

    /// The colours in which the decree knows it.
    pub const fn colours(self) -> &'static [Colour] {
        use Colour::{Blue, Orange, Red, Yellow};
        match self {
            Hazard::Typhoon | Hazard::Rain | Hazard::Snow | Hazard::ColdWave | Hazard::Wind => {
                &[Blue, Yellow, Orange, Red]
            }
            Hazard::Frost => &[Blue, Yellow, Orange],
            Hazard::Drought | Hazard::Hail => &[Orange, Red],
            Hazard::Haze => &[Yellow, Orange],
            Hazard::Dust | Hazard::Heat | Hazard::Lightning | Hazard::Fog | Hazard::Icing => &[Yellow, Orange, Red],
        }
    }
}

/// How bad, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the official colours")]
pub enum Colour {
    Blue,
    Yellow,
    Orange,
    Red,
}

impl Colour {
    /// Every colour, least first.
    pub const ALL: [Colour; 4] = [Colour::Blue, Colour::Yellow, Colour::Orange, Colour::Red];

    /// Its name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Colour::Blue => "蓝色",
            Colour::Yellow => "黄色",
            Colour::Orange => "橙色",
            Colour::Red => "红色",
        }
    }

    /// Its name in English.
    pub const fn en(self) -> &'static str {
        match self {
            Colour::Blue => "blue",
            Colour::Yellow => "yellow",
            Colour::Orange => "orange",
            Colour::Red => "red",
        }
    }
}

/// A warning signal in force over an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signal {
    /// What is threatening.
    pub hazard: Hazard,
    /// How bad.
    pub colour: Colour,
    /// Where.
    pub areas: Vec<Area>,
    /// When it was issued.
    pub issued: Moment,
    /// When it ends, if it says so.
    pub ends: Option<Moment>,
}

/// Why a signal cannot be entered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignalError {
    /// The decree has no such signal.
    #[error("there is no {} signal in {}; the decree has {}", .hazard.en(), .colour.en(), colours(*.hazard))]
    NoSuchColour {
        /// The hazard.
        hazard: Hazard,
        /// The colour it does not have.
        colour: Colour,
    },
    /// No area.
    #[error("a signal needs at least one area; choose a county or draw one")]
    NoArea,
    /// Ends before it begins.
    #[error("the signal ends at {ends}, before it was issued at {issued}; correct one of them")]
    EndsBeforeIssued {
        /// When it was issued.
        issued: Moment,
        /// When it is said to end.
        ends: Moment,
    },
}

fn colours(hazard: Hazard) -> String {
    hazard.colours().iter().map(|c| c.en()).collect::<Vec<_>>().join(", ")
}

impl Signal {
    /// A signal entered by hand.
    ///
    /// # Errors
    /// [`SignalError`], if there is no such signal.
    ///
    /// ```
    /// use roadwatch::cap::Area;
    /// use roadwatch::signal::{Colour, Hazard, Signal};
    /// use roadwatch::time::Moment;
    ///
    /// let area = Area { description: "华池县".to_owned(), ..Area::default() };
    /// let issued = Moment::parse("2026-02-14T18:00:00+08:00").expect("a time");
    /// let signal = Signal::enter(Hazard::Icing, Colour::Orange, vec![area], issued, None).expect("a known signal");
    /// assert_eq!(signal.zh(), "道路结冰橙色预警信号");
    /// assert!(Signal::enter(Hazard::Icing, Colour::Blue, signal.areas, issued, None).is_err());
    /// ```
    pub fn enter(
        hazard: Hazard,
        colour: Colour,
        areas: Vec<Area>,
        issued: Moment,
        ends: Option<Moment>,
    ) -> Result<Self, SignalError> {
        if !hazard.colours().contains(&colour) {
            return Err(SignalError::NoSuchColour { hazard, colour });
        }
        if areas.is_empty() {
            return Err(SignalError::NoArea);
        }
        if let Some(ends) = ends.filter(|e| e.seconds <= issued.seconds) {
            return Err(SignalError::EndsBeforeIssued { issued, ends });
        }
        Ok(Signal { hazard, colour, areas, issued, ends })
    }

    /// Its name in Chinese.
    pub fn zh(&self) -> String {
        format!("{}{}预警信号", self.hazard.zh(), self.colour.zh())
    }

    /// Its name in English.
    pub fn en(&self) -> String {
        format!("{} warning, {}", self.hazard.en(), self.colour.en())
    }
}

/// A sender's own events: (name of the code, its value) → signal. `None` stands for "no matter for roads".
pub type EventTable = BTreeMap<(String, String), Option<(Hazard, Colour)>>;

/// What an alert was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Classified {
    /// A signal, by the sender's table.
    ByCode(Hazard, Colour),
    /// A signal, by the words of event or headline.
    ByWords(Hazard, Colour),
    /// By the sender's table no matter for roads.
    NoMatter,
    /// A person must say.
    Unknown,
}

/// Reads an alert as a signal: by its event codes through the sender's table, else by the Chinese words for hazard and
/// colour in `event`, or in `event` and `headline` together, if they name exactly one of each and the decree knows the two together.
///
/// Descriptions are not searched: they speak of other hazards too.
pub fn classify(alert: &Alert, table: &EventTable) -> Classified {
    for code in alert.infos.iter().flat_map(|i| &i.event_codes) {
        match table.get(&(code.name.clone(), code.value.clone())) {
            Some(Some((hazard, colour))) => return Classified::ByCode(*hazard, *colour),
            Some(None) => return Classified::NoMatter,
            None => {}
        }
    }
    let mut found = None;
    for info in &alert.infos {
        // Often the event names the hazard and the headline the colour: "道路结冰", "…发布道路结冰橙色预警".
        let both = || only_signal(&format!("{} {}", info.event, info.headline.as_deref().unwrap_or_default()));
        let Some(signal) = only_signal(&info.event).or_else(both) else { continue };
        if found.is_some_and(|f| f != signal) {
            return Classified::Unknown;
        }
        found = Some(signal);
    }
    found.map_or(Classified::Unknown, |(hazard, colour)| Classified::ByWords(hazard, colour))
}

fn only_signal(text: &str) -> Option<(Hazard, Colour)> {
    // "Lifted": it names a signal that is no more, whatever the type of the message says.
    if text.contains("解除") {
        return None;
    }
    let mut hazards = Hazard::ALL.into_iter().filter(|h| text.contains(h.zh()));
    let mut colours = Colour::ALL.into_iter().filter(|c| text.contains(c.zh()));
    let (hazard, colour) = (hazards.next()?, colours.next()?);
    let alone = hazards.next().is_none() && colours.next().is_none();
    (alone && hazard.colours().contains(&colour)).then_some((hazard, colour))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cap::{Options, Pair, read};

    fn alert(event: &str, headline: &str) -> Alert {
        let text = format!(
            "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>1</identifier><sender>cma</sender>\
             <sent>2026-02-14T18:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>\
             <info><category>Met</category><event>{event}</event><urgency>Expected</urgency><severity>Severe</severity>\
             <certainty>Likely</certainty><headline>{headline}</headline></info></alert>"
        );
        read(text.as_bytes(), &Options::default()).usable().next().expect("an alert").clone()
    }

    #[test]
    fn words_name_a_signal_only_if_they_name_one() {
        let by = |event, headline| classify(&alert(event, headline), &EventTable::new());
        assert_eq!(
            by("道路结冰", "庆阳市气象台发布道路结冰橙色预警"),
            Classified::ByWords(Hazard::Icing, Colour::Orange)
        );
        assert_eq!(by("暴雪红色预警", ""), Classified::ByWords(Hazard::Snow, Colour::Red));
        assert_eq!(by("暴雪橙色预警", "暴雪橙色预警升级为红色"), Classified::ByWords(Hazard::Snow, Colour::Orange));
        for (event, headline) in [
            ("暴雪", ""),
            ("大风", "寒潮蓝色预警"),
            ("道路结冰", "蓝色"),
            ("Winter Storm Warning", "heavy snow"),
            ("", "暴雪黄色预警变更为暴雪橙色预警"),
            ("大风", "庆阳市气象台解除大风蓝色预警信号"),
        ] {
            assert_eq!(by(event, headline), Classified::Unknown, "{event} {headline}");
        }
    }

    #[test]
    fn the_senders_table_goes_before_words() {
        let mut alert = alert("暴雪红色预警", "");
        alert.infos[0].event_codes.push(Pair { name: "SAME".to_owned(), value: "WSW".to_owned() });
        let key = ("SAME".to_owned(), "WSW".to_owned());
        let table = EventTable::from([(key.clone(), Some((Hazard::Snow, Colour::Orange)))]);
        assert_eq!(classify(&alert, &table), Classified::ByCode(Hazard::Snow, Colour::Orange));
        assert_eq!(classify(&alert, &EventTable::from([(key, None)])), Classified::NoMatter);
    }
}
