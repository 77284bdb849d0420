//! Results as one self-contained HTML page: no network, no fonts, no frameworks.
//!
//! | file | idea |
//! |---|---|
//! | `part` | what a page says of one result, and its HTML |
//! | `results` | the part of any results: a sweep, a training, runs of another program |
//! | `style.css`, `script.js` | the look; values under the pointer or the arrow keys, series to switch off |
//!
//! The page can be read without its script. In the figures every series is a group with its name and its values.

mod part;
mod results;
#[cfg(test)]
mod tests;

pub use part::{Illustration, PageTable, Part};
pub use results::part_of_results;

use crate::figure::page_css;
use crate::text::escape;

/// A page of results.
#[derive(Debug, Clone)]
pub struct Page {
    /// The heading.
    pub title: String,
    /// What is said of all results together, before the list of them.
    pub preface: Vec<PageTable>,
    /// The results, each with its section.
    pub parts: Vec<Part>,
}

impl Page {
    /// Whether a file that begins so holds such a page.
    pub fn is_page(head: &[u8]) -> bool {
        let head = String::from_utf8_lossy(head);
        head.starts_with("<!DOCTYPE html>") && head.contains("{--nab-background:")
    }

    /// The document. The same results give the same bytes.
    pub fn to_html(&self) -> String {
        let title = escape(&self.title);
        // Nothing but what is in the file: a browser that obeys this policy cannot load anything.
        let policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <title>{title}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#results\">To the results</a>\n<header>\n<h1>{title}</h1>\n\
             <p>{}</p>\n</header>\n",
            page_css(),
            include_str!("style.css"),
            self.introduction(),
        );
        let ids = self.ids();
        for table in &self.preface {
            html += &table.to_html(2);
        }
        html += "<nav aria-label=\"Overview\">\n";
        html += &scrolling("Overview of the results", &self.overview(&ids));
        html += "</nav>\n<main id=\"results\">\n";
        for (part, id) in self.parts.iter().zip(&ids) {
            html += &part.to_html(id);
        }
        html += &format!(
            "</main>\n<footer><p>Made by nablab {} from the CSV files of the results alone.</p></footer>\n",
            env!("CARGO_PKG_VERSION")
        );
        html + "<script>\n" + include_str!("script.js") + "</script>\n</body>\n</html>\n"
    }

    fn introduction(&self) -> String {
        let count = match self.parts.len() {
            1 => "One result".into(),
            n => format!("{n} results"),
        };
        format!(
            "{count}. Point at a figure for its values, or focus it and use the arrow keys; the buttons below it switch \
             series off."
        )
    }

    /// An anchor for every part, no two the same.
    fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for part in &self.parts {
            let plain =
                |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
            let slug: String = part.name.chars().map(plain).collect();
            let slug = format!("r-{}", slug.trim_matches('-'));
            let twice =
                ids.iter().filter(|id| **id == slug || id.starts_with(&format!("{slug}--")));
            let id = match twice.count() {
                0 => slug,
                n => format!("{slug}--{}", n + 1),
            };
            ids.push(id);
        }
        ids
    }

    fn overview(&self, ids: &[String]) -> String {
        let mut html = String::from(
            "<table class=\"overview\">\n<thead><tr><th scope=\"col\">result</th><th scope=\"col\">verdict</th>\
             <th scope=\"col\" class=\"number\">trainings</th><th scope=\"col\" class=\"number\">CPU-seconds</th>\
             <th scope=\"col\">date</th></tr></thead>\n<tbody>\n",
        );
        for (part, id) in self.parts.iter().zip(ids) {
            let origin = part.origin.as_ref();
            let seconds = origin.and_then(|origin| origin.cpu_seconds);
            let day = origin.and_then(|origin| origin.dates[1].get(..10));
            html += &format!(
                "<tr><th scope=\"row\"><a href=\"#{id}\">{}</a></th><td>{}</td><td class=\"number\">{}</td>\
                 <td class=\"number\">{}</td><td class=\"date\">{}</td></tr>\n",
                escape(&part.title),
                escape(&part.short_verdict),
                part.trainings,
                seconds.map_or("–".into(), |seconds| format!("{seconds:.0}")),
                escape(day.unwrap_or("–")),
            );
        }
        html + "</tbody>\n</table>\n"
    }
}

/// A region that scrolls by itself where the page is too narrow for it, also by the keyboard.
fn scrolling(label: &str, html: &str) -> String {
    let label = escape(label);
    format!(
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{label}\">\n{html}</div>\n"
    )
}
