//! What a page says of one result, and its HTML.

use super::scrolling;
use crate::figure::{Chart, Theme, Width};
use crate::results::Origin;
use crate::text::escape;

/// A section of a page: one result.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// The name of the result, as in a file: it becomes the anchor.
    pub name: String,
    /// The heading.
    pub title: String,
    /// What is claimed or asked.
    pub claim: String,
    /// The verdict in a few words, for the overview.
    pub short_verdict: String,
    /// The verdict in full, a sentence each.
    pub verdict: Vec<String>,
    /// How it was done and what careful readers want to know.
    pub notes: Vec<String>,
    /// The figures.
    pub figures: Vec<Illustration>,
    /// The tables.
    pub tables: Vec<PageTable>,
    /// How many trainings there are.
    pub trainings: usize,
    /// Where the results came from.
    pub origin: Option<Origin>,
}

/// A figure of a [`Part`].
#[derive(Debug, Clone)]
pub struct Illustration {
    /// The figure.
    pub chart: Chart,
    /// The command that draws it alone.
    pub command: Option<String>,
}

/// A table of a [`Part`].
#[derive(Debug, Clone)]
pub struct PageTable {
    /// What it shows.
    pub heading: String,
    /// The `<table>`, or a `<figure>` of tables.
    pub html: String,
    /// Whether it is so long that it is folded at first.
    pub folded: bool,
    /// The command that makes it alone.
    pub command: Option<String>,
}

impl Part {
    pub(super) fn to_html(&self, id: &str) -> String {
        let mut html = format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{}</h2>\n\
             <p class=\"claim\">{}</p>\n",
            escape(&self.title),
            escape(&self.claim),
        );
        if !self.verdict.is_empty() {
            html += "<ul class=\"verdict\">\n";
            for sentence in &self.verdict {
                html += &format!("<li>{}</li>\n", escape(sentence));
            }
            html += "</ul>\n";
        }
        for figure in &self.figures {
            html += &figure.to_html();
        }
        for table in &self.tables {
            html += &table.to_html(3);
        }
        for note in &self.notes {
            html += &format!("<p>{}</p>\n", escape(note));
        }
        if let Some(origin) = &self.origin {
            html += &provenance(origin);
        }
        html + "</section>\n"
    }
}

impl Illustration {
    fn to_html(&self) -> String {
        let [x, y] = self.chart.axes();
        let title = escape(self.chart.title());
        // Twice, of which a screen shows the one that suits its width.
        let svg = |width, class| {
            let svg = self.chart.to_svg_of(Theme::Page, width);
            svg.replacen("<svg ", &format!("<svg class=\"{class}\" "), 1)
        };
        format!(
            "<figure class=\"chart\" data-x=\"{}\" data-y=\"{}\">\n\
             <div class=\"plot\" tabindex=\"0\" role=\"group\" aria-label=\"Figure: {title}\">\n{}{}</div>\n{}</figure>\n",
            escape(x),
            escape(y),
            svg(Width::Wide, "wide"),
            svg(Width::Narrow, "narrow"),
            command(self.command.as_deref()),
        )
    }
}

impl PageTable {
    /// With a heading of a level: 2 at the top of a page, 3 in a section.
    pub(super) fn to_html(&self, level: usize) -> String {
        let table = scrolling(&self.heading, &self.html) + &command(self.command.as_deref());
        let heading = escape(&self.heading);
        match self.folded {
            true => format!("<details>\n<summary>{heading}</summary>\n{table}</details>\n"),
            false => format!("<h{level}>{heading}</h{level}>\n{table}"),
        }
    }
}

/// Command lines to copy.
fn command(command: Option<&str>) -> String {
    let Some(command) = command else {
        return String::new();
    };
    let lines: Vec<String> = command.lines().map(escape).collect();
    format!("<pre class=\"command\"><code>{}</code></pre>\n", lines.join("\n"))
}

/// How the results were made, as a list of terms.
fn provenance(origin: &Origin) -> String {
    let mut html = String::from("<h3>How it was made</h3>\n");
    html += &command(Some(&origin.commands.join("\n")));
    html += "<dl>\n";
    let mut term = |name: &str, text: &str| {
        if !text.is_empty() {
            html += &format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", escape(text));
        }
    };
    term("program", &origin.program);
    term("processor", &origin.cpus.join(", "));
    term("run on", &origin.execution);
    term("data", &origin.data);
    let [start, end] = &origin.dates;
    term("time", &if end.is_empty() { start.clone() } else { format!("{start} to {end}") });
    let effort = Origin::effort(std::slice::from_ref(origin));
    term("effort", &effort.unwrap_or_else(|| format!("{} trainings", origin.trials)));
    html + "</dl>\n"
}
