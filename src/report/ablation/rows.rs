//! Which runs belong to which row.

use super::{AblationError, Request};
use crate::results::runs::{Runs, RunsError, Setting};
use crate::train::settings::is_own_seed;
use std::collections::{BTreeMap, HashSet};

/// The rows of a table, with their runs.
#[derive(Debug)]
pub(super) struct Rows {
    /// The names of the keys.
    pub names: Vec<String>,
    pub rows: Vec<Row>,
    /// The settings that tell the rows apart.
    pub settings: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Row {
    /// The values of the keys, short enough to be read.
    pub key: Vec<String>,
    /// The same as they are in the file.
    pub raw: Vec<String>,
    pub runs: Vec<usize>,
}

/// The runs that meet all conditions.
pub(in crate::report) fn select(
    runs: &Runs,
    conditions: &[(String, Vec<String>)],
) -> Result<Vec<usize>, AblationError> {
    let mut selected: Vec<usize> = (0..runs.len()).collect();
    for (name, values) in conditions {
        let setting = runs.setting(name)?;
        let codes = values.iter().map(|value| code(setting, value, "--where"));
        let codes: HashSet<usize> = codes.collect::<Result<_, _>>()?;
        selected.retain(|&run| codes.contains(&setting.codes[run]));
    }
    if selected.is_empty() {
        let conditions = conditions.iter();
        let words: Vec<String> =
            conditions.map(|(name, values)| format!("{name} = {}", values.join(" or "))).collect();
        return Err(AblationError::Nothing(words.join(" and ")));
    }
    Ok(selected)
}

/// A condition with the name of its setting and its values as they read in a table. A value with commas may be one.
pub(in crate::report) fn resolved(
    runs: &Runs,
    (name, values): &(String, Vec<String>),
) -> Result<(String, Vec<String>), AblationError> {
    let setting = runs.setting(name)?;
    let whole = setting.find(&values.join(",")).or_else(|| setting.find(&values.join(", ")));
    let codes: Vec<usize> = match whole {
        Some(code) => vec![code],
        None => values.iter().map(|v| code(setting, v, "--where")).collect::<Result<_, _>>()?,
    };
    Ok((setting.name.clone(), codes.into_iter().map(|code| setting.shown(code)).collect()))
}

fn code(setting: &Setting, value: &str, option: &'static str) -> Result<usize, AblationError> {
    setting.find(value).ok_or_else(|| AblationError::Value {
        option,
        setting: setting.name.clone(),
        value: value.into(),
        values: (0..setting.values.len()).map(|c| setting.shown(c)).collect::<Vec<_>>().join(", "),
    })
}

/// The columns of a table.
pub(super) struct TableColumns {
    /// The values, short enough to be read; a single empty one without a setting.
    pub shown: Vec<String>,
    /// The same as they are in the file.
    pub raw: Vec<String>,
    /// Their places.
    pub codes: Vec<Option<usize>>,
}

/// The columns that a request asks for.
pub(super) fn columns(
    runs: &Runs,
    request: &Request,
    selected: &[usize],
) -> Result<TableColumns, RunsError> {
    let Some(vs) = request.vs.named() else {
        let empty = vec![String::new()];
        return Ok(TableColumns { shown: empty.clone(), raw: empty, codes: vec![None] });
    };
    let setting = runs.setting(vs)?;
    let codes = setting.present(selected);
    Ok(TableColumns {
        shown: codes.iter().map(|&code| setting.shown(code)).collect(),
        raw: codes.iter().map(|&code| setting.values[code].clone()).collect(),
        codes: codes.into_iter().map(Some).collect(),
    })
}

/// The rows.
pub(super) fn rows(
    runs: &Runs,
    request: &Request,
    selected: &[usize],
) -> Result<Rows, AblationError> {
    if let Some(base) = &request.leave_one_out {
        return leave_one_out(runs, request, selected, base);
    }
    let settings = request.by.iter().map(|name| runs.setting(name));
    let settings: Vec<&Setting> = settings.collect::<Result<_, _>>()?;
    let row = |(key, runs): (Vec<usize>, Vec<usize>)| {
        let values = || settings.iter().zip(&key);
        Row {
            runs,
            key: values().map(|(setting, &code)| setting.shown(code)).collect(),
            raw: values().map(|(setting, &code)| setting.values[code].clone()).collect(),
        }
    };
    Ok(Rows {
        names: request.by.clone(),
        rows: grouped(&settings, selected).into_iter().map(row).collect(),
        settings: request.by.clone(),
    })
}

/// Some runs by what they have of some settings, in the order of the values.
pub(in crate::report) fn grouped(
    settings: &[&Setting],
    runs: &[usize],
) -> BTreeMap<Vec<usize>, Vec<usize>> {
    let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for &run in runs {
        groups.entry(codes(settings, run)).or_default().push(run);
    }
    groups
}

fn codes(settings: &[&Setting], run: usize) -> Vec<usize> {
    settings.iter().map(|setting| setting.codes[run]).collect()
}

/// A row for the base configuration and one for every configuration that differs from it in a single
/// setting.
fn leave_one_out(
    runs: &Runs,
    request: &Request,
    selected: &[usize],
    base: &[(String, String)],
) -> Result<Rows, AblationError> {
    let tuned = request.tune.iter().flat_map(|tune| &tune.settings);
    let tuned = tuned.map(String::as_str);
    let others: Vec<&str> = request.vs.named().into_iter().chain(tuned).collect();
    let varying = runs.varying(selected, &request.pair_by).filter(|s| !is_own_seed(&s.name));
    let settings: Vec<&Setting> = varying.filter(|s| !others.contains(&s.name.as_str())).collect();
    if settings.is_empty() {
        return Err(AblationError::LeaveOneOut("nothing varies but the seed".into()));
    }
    check_base(runs, request, selected, base, &settings)?;
    let groups = grouped(&settings, selected);
    let configurations: Vec<Vec<usize>> = groups.keys().cloned().collect();
    let base = match base.is_empty() {
        true => centre(&configurations, &settings)?,
        false => named(&settings, base)?,
    };
    if !configurations.contains(&base) {
        let words =
            settings.iter().zip(&base).map(|(s, &c)| format!("{} = {}", s.name, s.shown(c)));
        let words: Vec<String> = words.collect();
        return Err(AblationError::LeaveOneOut(format!("no run has {}", words.join(", "))));
    }
    let row = |name: String, configuration: &[usize]| {
        let runs = groups.get(configuration).cloned().unwrap_or_default();
        Row { key: vec![name.clone()], raw: vec![name], runs }
    };
    let mut rows = vec![row("full".into(), &base)];
    for (place, setting) in settings.iter().enumerate() {
        for configuration in &configurations {
            if distance(configuration, &base) == 1 && configuration[place] != base[place] {
                rows.push(row(change(setting, configuration[place]), configuration));
            }
        }
    }
    if rows.len() == 1 {
        let what = "no configuration differs from the base in a single setting";
        return Err(AblationError::LeaveOneOut(what.into()));
    }
    Ok(Rows {
        names: vec!["configuration".into()],
        rows,
        settings: settings.iter().map(|setting| setting.name.clone()).collect(),
    })
}

/// `− dropout` for what is switched off, `eta = 0.1` for another value.
fn change(setting: &Setting, code: usize) -> String {
    let off = match setting.values[code].to_ascii_lowercase().as_str() {
        "" | "none" | "false" | "off" | "no" => true,
        value => value.parse() == Ok(0.0),
    };
    let name = setting.name.replace('_', " ");
    if off { format!("− {name}") } else { format!("{name} = {}", setting.shown(code)) }
}

fn distance(a: &[usize], b: &[usize]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a != b).count()
}

/// The configuration that all others differ from in a single setting.
fn centre(
    configurations: &[Vec<usize>],
    settings: &[&Setting],
) -> Result<Vec<usize>, AblationError> {
    let is_centre = |base: &&Vec<usize>| configurations.iter().all(|c| distance(c, base) <= 1);
    let mut centres = configurations.iter().filter(is_centre);
    match (centres.next(), centres.next()) {
        (Some(base), None) => Ok(base.clone()),
        _ => {
            let names: Vec<String> = settings.iter().map(|s| format!("{}=…", s.name)).collect();
            Err(AblationError::LeaveOneOut(format!(
                "say which configuration is the base: --leave-one-out {}",
                names.join(",")
            )))
        }
    }
}

/// Refuses a base that says something of a setting that does not vary, or has another role.
fn check_base(
    runs: &Runs,
    request: &Request,
    selected: &[usize],
    base: &[(String, String)],
    settings: &[&Setting],
) -> Result<(), AblationError> {
    for (name, value) in base {
        let setting = runs.setting(name)?;
        let code = code(setting, value, "--leave-one-out")?;
        let varies = settings.iter().any(|varying| varying.name == setting.name);
        if !varies && setting.present(selected) != [code] {
            let role = match *name == request.pair_by {
                true => "pairs the runs",
                false => "has another value or another role here",
            };
            return Err(AblationError::LeaveOneOut(format!("{name}={value}: {name} {role}")));
        }
    }
    Ok(())
}

fn named(settings: &[&Setting], base: &[(String, String)]) -> Result<Vec<usize>, AblationError> {
    let value = |setting: &&Setting| {
        let given = base.iter().find(|(name, _)| *name == setting.name);
        let Some((_, value)) = given else {
            return Err(AblationError::LeaveOneOut(format!(
                "{} varies too: say its value in the base, or fix it with --where",
                setting.name
            )));
        };
        code(setting, value, "--leave-one-out")
    };
    settings.iter().map(value).collect()
}

/// The place of the row that all others are compared with: that of a name, or the first.
pub(super) fn baseline(request: &Request, rows: &Rows) -> Result<Option<usize>, AblationError> {
    if rows.rows.len() < 2 {
        return Ok(None);
    }
    let Some(baseline) = &request.baseline else {
        return Ok(Some(0));
    };
    let wanted: Vec<&str> = baseline.split(',').map(str::trim).collect();
    let same = |a: &str, b: &str| {
        a == b
            || a.parse::<f64>().is_ok_and(|a| b.parse::<f64>().is_ok_and(|b| a == b))
            || crate::results::runs::shown(b) == a
    };
    let matches = |row: &Row| {
        row.key.len() == wanted.len() && row.key.iter().zip(&wanted).all(|(key, w)| same(key, w))
    };
    let found = rows.rows.iter().position(|row| row.key == [baseline.as_str()] || matches(row));
    found.map(Some).ok_or_else(|| AblationError::Baseline {
        baseline: baseline.clone(),
        rows: rows.rows.iter().map(|row| row.key.join(",")).collect::<Vec<_>>().join("; "),
    })
}
