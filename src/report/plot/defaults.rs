//! A sensible figure by the settings that vary.

use super::groups::select;
use super::{Kind, PlotRequest};
use crate::figure::Scale;
use crate::report::Role;
use crate::report::ablation::{AblationError, choose_epoch, resolved};
use crate::results::runs::{How, MeasureText, Runs, Setting};

/// As many lines have a colour each: a setting with more values is drawn where there is no other.
const FEW_LINES: usize = 8;
/// More small figures are too many to look at.
const MOST_PANELS: usize = 12;
/// More lines or small figures could not be told apart.
pub(super) const TOO_MANY_LINES: usize = 24;
const TOO_MANY_PANELS: usize = 24;
/// Fewer numbers make no axis.
const LEAST_NUMBERS: usize = 4;

/// The request with everything chosen that it leaves open.
pub(super) fn complete(runs: &Runs, request: &PlotRequest) -> Result<PlotRequest, AblationError> {
    let mut request = request.clone();
    normalise(runs, &mut request)?;
    if request.metric.is_none() {
        let column = runs.metrics().first().cloned();
        let path = || AblationError::NoMetric(runs.path().display().to_string());
        let column = Some(column.ok_or_else(path)?);
        request.metric = Some(MeasureText { column, threshold: None });
    }
    let selected = select(runs, &request.conditions)?;
    choose_epoch(runs, &mut request.at, request.metric.as_ref(), &selected);
    let varying = runs.varying(&selected, &request.pair_by).collect();
    let candidates = Candidates { runs, varying, selected };
    let kind = match request.kind {
        Some(kind) => kind,
        None => candidates.kind(&request),
    };
    request.kind = Some(kind);
    let missing = |role: &str| AblationError::Role(role.into());
    match kind {
        Kind::Response => {
            needed(&mut request, |request| &mut request.x, |r| candidates.numbers(r, 2));
            let x = request.x.named().map(|x| runs.setting(x)).transpose()?;
            if x.is_none_or(|x| !x.has_axis()) {
                return Err(missing("--x: a setting with several numbers"));
            }
        }
        Kind::Heatmap => {
            let next = |request: &PlotRequest| {
                candidates.numbers(request, 2).or_else(|| candidates.next(request, usize::MAX))
            };
            needed(&mut request, |request| &mut request.x, next);
            needed(&mut request, |request| &mut request.y, next);
            if request.x.named().is_none() || request.y.named().is_none() {
                return Err(missing("--x and --y: two settings that vary"));
            }
        }
        Kind::Strips => {
            needed(&mut request, |request| &mut request.x, |r| candidates.next(r, usize::MAX));
            if request.x.named().is_none() {
                return Err(missing("--x: a setting that varies"));
            }
        }
        Kind::Curves | Kind::Time => {}
    }
    refuse_idle_roles(kind, &request)?;
    refuse_axis(kind, &request)?;
    if matches!(kind, Kind::Response | Kind::Curves | Kind::Time) {
        let next = candidates.next(&request, FEW_LINES);
        let next = next.or_else(|| candidates.next(&request, TOO_MANY_LINES));
        request.hue.choose(|| next);
    }
    // A third setting makes small figures; layers of different networks never share one.
    let third = kind == Kind::Response
        || runs.layer().is_some() && matches!(kind, Kind::Curves | Kind::Time);
    if third {
        let next = candidates.next(&request, MOST_PANELS);
        request.panels.choose(|| next);
    }
    // Of all settings that vary, layers have no best one.
    let layer = runs.layer().map(|layer| layer.name.as_str());
    if layer.is_some() && candidates.free(&request).any(|free| layer == Some(&free.name)) {
        return Err(missing(
            "a place for the layers: --hue layer, or one of them by --where layer=1",
        ));
    }
    for (name, role, most) in
        [("hue", &request.hue, TOO_MANY_LINES), ("panels", &request.panels, TOO_MANY_PANELS)]
    {
        let Some(role) = role.named() else {
            continue;
        };
        let count = runs.setting(role)?.present(&candidates.selected).len();
        if count > most {
            return Err(missing(&format!(
                "at most {most} values of --{name}, not the {count} of {role}: choose some with --where"
            )));
        }
    }
    let counted = !matches!(request.measure(runs)?.how, How::Value(_));
    if matches!(kind, Kind::Curves | Kind::Time) && counted {
        return Err(missing("--metric: a column, for a figure against epochs or seconds"));
    }
    let roles = request.roles().map(|(_, role)| role.named());
    for (i, role) in roles.iter().enumerate() {
        if let Some(name) = role.filter(|_| roles[..i].contains(role)) {
            return Err(AblationError::TwoRoles(name.into(), "--x, --y, --hue and --panels"));
        }
    }
    Ok(request)
}

/// Chooses a setting for a role that a figure cannot do without, unless there is one.
fn needed(
    request: &mut PlotRequest,
    role: fn(&mut PlotRequest) -> &mut Role,
    choose: impl FnOnce(&PlotRequest) -> Option<String>,
) {
    if role(request).named().is_none()
        && let Some(choice) = choose(request)
    {
        *role(request) = Role::Named(choice);
    }
}

/// Names as they are in the file.
fn normalise(runs: &Runs, request: &mut PlotRequest) -> Result<(), AblationError> {
    let name = |text: &String| runs.setting(text).map(|setting| setting.name.clone());
    for role in [&mut request.x, &mut request.y, &mut request.hue, &mut request.panels] {
        if let Role::Named(text) = role {
            *text = name(text)?;
        }
    }
    for condition in &mut request.conditions {
        *condition = resolved(runs, condition)?;
    }
    if let Ok(setting) = runs.setting(&request.pair_by) {
        request.pair_by = setting.name.clone();
    }
    Ok(())
}

/// A role that the kind of figure has no use for.
fn refuse_idle_roles(kind: Kind, request: &PlotRequest) -> Result<(), AblationError> {
    let used: &[&str] = match kind {
        Kind::Response => &["x", "hue", "panels"],
        Kind::Curves | Kind::Time => &["hue", "panels"],
        Kind::Heatmap => &["x", "y"],
        Kind::Strips => &["x"],
    };
    for (name, role) in request.roles() {
        if role.named().is_some() && !used.contains(&name) {
            let kind = kind.name();
            let used: Vec<String> = used.iter().map(|name| format!("--{name}")).collect();
            return Err(AblationError::Role(format!(
                "no --{name}: --kind {kind} has {}",
                used.join(", ")
            )));
        }
    }
    Ok(())
}

/// An axis that cannot be.
fn refuse_axis(kind: Kind, request: &PlotRequest) -> Result<(), AblationError> {
    let is_map = kind == Kind::Heatmap;
    let what = match (request.y_scale, request.range) {
        (Some(_), _) if is_map => "no --y-scale: --kind heatmap shows the metric by colour".into(),
        (_, Some(_)) if is_map => "no --range: --kind heatmap shows the metric by colour".into(),
        (Some(Scale::Log10), Some((low, _))) if low <= 0.0 => {
            "a --range above 0, with --y-scale log".into()
        }
        _ => return Ok(()),
    };
    Err(AblationError::Role(what))
}

/// The settings that a role could have.
struct Candidates<'a> {
    runs: &'a Runs,
    varying: Vec<&'a Setting>,
    selected: Vec<usize>,
}

impl<'a> Candidates<'a> {
    /// The figure that the roles, or else the settings that vary, suggest.
    fn kind(&self, request: &PlotRequest) -> Kind {
        match (request.x.named(), request.y.named()) {
            (_, Some(_)) => Kind::Heatmap,
            (Some(x), None) if self.runs.setting(x).is_ok_and(|x| x.numeric) => Kind::Response,
            (Some(_), None) => Kind::Strips,
            (None, None) if self.runs.layer().is_some() => Kind::Curves,
            (None, None) if self.numbers(request, LEAST_NUMBERS).is_some() => Kind::Response,
            (None, None) => {
                let words = self.free(request).any(|setting| !setting.numeric);
                let at_end = request.hue.is_auto() && request.panels.is_auto();
                match words && at_end || !self.runs.has_epochs() {
                    true => Kind::Strips,
                    false => Kind::Curves,
                }
            }
        }
    }

    /// What has no role yet, and does not follow from what has one.
    fn free(&self, request: &PlotRequest) -> impl Iterator<Item = &'a Setting> {
        let roles = request.roles().map(|(_, role)| role.named());
        let taken: Vec<&Setting> =
            roles.into_iter().flatten().filter_map(|role| self.runs.setting(role).ok()).collect();
        let free = |setting: &&Setting| !self.runs.follows(setting, &taken, &self.selected);
        self.varying.iter().copied().filter(free).collect::<Vec<_>>().into_iter()
    }

    /// The setting for an axis of numbers: the learning rate, or else that with the most.
    fn numbers(&self, request: &PlotRequest, least: usize) -> Option<String> {
        let count = |setting: &Setting| setting.present(&self.selected).len();
        let mut free: Vec<&Setting> =
            self.free(request).filter(|s| s.numeric && count(s) >= least).collect();
        if free.is_empty() {
            free = self.free(request).filter(|s| s.has_axis() && count(s) > least).collect();
        }
        free.sort_by_key(|s| (s.name != "eta", usize::MAX - count(s)));
        free.first().map(|setting| setting.name.clone())
    }

    /// The next setting to tell lines or small figures apart: layers, then words before numbers, few values before many.
    fn next(&self, request: &PlotRequest, most: usize) -> Option<String> {
        let count = |setting: &Setting| setting.present(&self.selected).len();
        let mut free: Vec<&Setting> = self.free(request).filter(|s| count(s) <= most).collect();
        let layer = self.runs.layer().map(|layer| layer.name.as_str());
        free.sort_by_key(|s| (layer != Some(s.name.as_str()), s.numeric, count(s)));
        free.first().map(|setting| setting.name.clone())
    }
}
