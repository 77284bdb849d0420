//! Which settings a sweep tries: axes, pairs of axes, dependent axes, random draws.

use super::values::Values;
use crate::nearest::hint;
use crate::train::settings::{Draft, SETTINGS, Setting, setting};
use std::collections::{BTreeMap, HashSet};
use thiserror::Error;

/// A grid as it is written, on the command line or in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridText {
    /// The values of each axis by the name of the option; `seed` is one of them.
    pub axes: BTreeMap<String, String>,
    /// Axes that go together, `eta,batch-size`: the first value of one with the first of the other.
    pub zip: Vec<String>,
    /// Axes that have values only where others have certain ones: `momentum:optimiser=sgd,nesterov`.
    pub when: Vec<String>,
    /// The number of random draws.
    pub trials: Option<usize>,
    /// The seed of the random draws.
    pub sweep_seed: u64,
}

/// A grid that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{option}: {problem}")]
pub struct GridError {
    /// The option, without dashes.
    pub option: String,
    /// What is wrong with it and what was expected.
    pub problem: String,
}

fn error(option: &str, problem: impl Into<String>) -> GridError {
    GridError { option: option.into(), problem: problem.into() }
}

/// Checks the way that grids are written: options, values, pairs, conditions.
///
/// # Errors
///
/// For the first mistake.
pub fn check(grids: &[GridText]) -> Result<(), GridError> {
    grids.iter().try_for_each(|grid| Grid::read(grid).map(drop))
}

/// A grid that has been read: a list of points, each made when it is asked for.
#[derive(Debug)]
pub(super) struct Grid {
    axes: Vec<Axis>,
    /// Axes that change together, in the order of their first ones; the last changes fastest.
    dimensions: Vec<Dimension>,
    rules: Vec<Rule>,
    sweep_seed: u64,
    /// What all points have in common.
    base: Draft,
}

#[derive(Debug)]
struct Axis {
    setting: &'static Setting,
    values: Values,
    /// Whether it has the same value at every point, which the base has already.
    is_fixed: bool,
}

impl Axis {
    fn name(&self) -> &'static str {
        self.setting.name
    }

    /// Sets one of its values.
    fn set(&self, draft: &mut Draft, value: &str) {
        self.setting.read(draft, value).expect("a value that was read, or drawn from a range");
    }
}

#[derive(Debug)]
struct Dimension {
    axes: Vec<usize>,
    len: usize,
}

/// An axis, and the axis and values that it depends on.
#[derive(Debug)]
struct Rule {
    axis: usize,
    parent: usize,
    values: Vec<String>,
}

impl Grid {
    /// Reads a grid.
    ///
    /// # Errors
    ///
    /// For an unknown option, a bad value, axes that cannot be paired, a condition on nothing.
    pub(super) fn read(text: &GridText) -> Result<Self, GridError> {
        let mut axes = Vec::new();
        // In the order of the options, with the seed last: the order in which they were written
        // makes no difference.
        for setting in &SETTINGS {
            let Some(values) = text.axes.get(setting.name) else { continue };
            let values = Values::read(setting, values).map_err(|e| error(setting.name, e))?;
            axes.push(Axis { setting, values, is_fixed: false });
        }
        if let Some(unknown) =
            text.axes.keys().find(|&name| SETTINGS.iter().all(|known| known.name != name))
        {
            let problem = setting(unknown).err().unwrap_or_default();
            return Err(error(unknown, problem));
        }
        let dimensions = dimensions(&axes, text)?;
        let rules = text.when.iter().map(|rule| Rule::read(&axes, rule));
        let rules = in_order(rules.collect::<Result<Vec<Rule>, _>>()?).map_err(|axis| {
            error("when", format!("{} depends on itself in a circle", axes[axis].setting.name))
        })?;
        let mut base = Draft::default();
        for (a, axis) in axes.iter_mut().enumerate() {
            let is_conditional = rules.iter().any(|rule| rule.axis == a);
            if let (Values::Listed(values), false) = (&axis.values, is_conditional)
                && let [only] = &values[..]
            {
                axis.set(&mut base, only);
                axis.is_fixed = true;
            }
        }
        let sweep_seed = text.sweep_seed;
        Ok(Self { axes, dimensions, rules, sweep_seed, base })
    }

    /// The number of points, those that turn out equal counted apart.
    pub(super) fn len(&self) -> Option<u64> {
        let lens = self.dimensions.iter().map(|dimension| dimension.len as u64);
        lens.into_iter().try_fold(1u64, |product, len| product.checked_mul(len))
    }

    /// The seeds, if they change alone and fastest: of as many points in a row all else is the same.
    pub(super) fn seeds(&self) -> Option<&[u64]> {
        let [axis] = self.dimensions.last()?.axes[..] else { return None };
        let depends = self.rules.iter().any(|rule| rule.axis == axis || rule.parent == axis);
        match &self.axes[axis].values {
            Values::Seeds(seeds) if !depends => Some(seeds),
            _ => None,
        }
    }

    /// The training of a point.
    pub(super) fn draft(&self, point: u64) -> Draft {
        let places = self.places(point);
        let mut draft = self.base.clone();
        for (axis, place) in self.axes.iter().zip(&places) {
            if !axis.is_fixed && self.applies(axis, &places) {
                match &axis.values {
                    Values::Seeds(seeds) => draft.set_seed(seeds[*place]),
                    values => {
                        axis.set(&mut draft, &values.value(axis.name(), self.sweep_seed, *place))
                    }
                }
            }
        }
        draft
    }

    /// The options of a point that the axes set, with their values as texts; without the seed.
    pub(super) fn setting(&self, point: u64) -> BTreeMap<String, String> {
        let places = self.places(point);
        let axes = self.axes.iter().zip(&places);
        let set = axes.filter(|(axis, _)| axis.name() != "seed" && self.applies(axis, &places));
        set.map(|(axis, &place)| {
            (axis.name().into(), axis.values.value(axis.name(), self.sweep_seed, place))
        })
        .collect()
    }

    /// The names of the axes with more than one value, without the seed.
    pub(super) fn varied(&self) -> impl Iterator<Item = &str> {
        let dimensions = self.dimensions.iter().filter(|dimension| dimension.len > 1);
        let names = dimensions.flat_map(|d| d.axes.iter().map(|&a| self.axes[a].name()));
        names.filter(|&name| name != "seed")
    }

    /// The place of a point on every axis.
    fn places(&self, mut point: u64) -> Vec<usize> {
        let mut places = vec![0; self.axes.len()];
        for Dimension { axes, len } in self.dimensions.iter().rev() {
            let place = (point % *len as u64) as usize;
            point /= *len as u64;
            for &axis in axes {
                places[axis] = place;
            }
        }
        places
    }

    /// Whether the rules give an axis a value: all that it depends on must have one of theirs.
    fn applies(&self, axis: &Axis, places: &[usize]) -> bool {
        let mut of_axis =
            self.rules.iter().filter(|rule| self.axes[rule.axis].setting == axis.setting);
        let Some(&Rule { axis, .. }) = of_axis.next() else { return true };
        let mut applies = vec![true; self.axes.len()];
        for rule in &self.rules {
            let parent = &self.axes[rule.parent];
            let value = parent.values.value(parent.name(), self.sweep_seed, places[rule.parent]);
            applies[rule.axis] &= applies[rule.parent] && rule.values.contains(&value);
        }
        applies[axis]
    }

    /// The axes with more than one value, as `eta (7)`, for people.
    pub(super) fn describe(&self) -> Vec<String> {
        let varied = self.dimensions.iter().filter(|dimension| dimension.len > 1);
        varied
            .map(|Dimension { axes, len }| {
                let names: Vec<&str> = axes.iter().map(|&a| self.axes[a].name()).collect();
                format!("{} ({len})", names.join("+"))
            })
            .collect()
    }
}

/// The rules in such an order that those on an axis come before those by its values.
///
/// # Errors
///
/// With an axis that depends on itself, or on one that does.
fn in_order(mut rules: Vec<Rule>) -> Result<Vec<Rule>, usize> {
    let mut ordered = Vec::with_capacity(rules.len());
    while let Some(first) = rules.first().map(|rule| rule.axis) {
        let open: HashSet<usize> = rules.iter().map(|rule| rule.axis).collect();
        let (ready, later): (Vec<Rule>, Vec<Rule>) =
            rules.into_iter().partition(|rule| !open.contains(&rule.parent));
        if ready.is_empty() {
            return Err(first);
        }
        ordered.extend(ready);
        rules = later;
    }
    Ok(ordered)
}

/// Groups the axes: those of a pair, the random ones, and each other one for itself.
fn dimensions(axes: &[Axis], text: &GridText) -> Result<Vec<Dimension>, GridError> {
    let names: Vec<&str> = axes.iter().map(Axis::name).collect();
    let random: Vec<usize> =
        (0..axes.len()).filter(|&a| matches!(axes[a].values, Values::Random(_))).collect();
    let draws = match (text.trials, random.first()) {
        (Some(0), _) => return Err(error("trials", "0 random draws: expected at least 1")),
        (Some(draws), Some(_)) => draws,
        (None, None) => 0,
        (Some(_), None) => {
            let problem = "the number of random draws, but no axis is random; write for example \
                           rand:log:1e-3..1e1";
            return Err(error("trials", problem));
        }
        (None, Some(&axis)) => {
            return Err(error(names[axis], "a random axis needs the number of draws, --trials"));
        }
    };
    // The group of each axis.
    let mut groups: Vec<Vec<usize>> = Vec::new();
    if !random.is_empty() {
        groups.push(random);
    }
    for pair in &text.zip {
        let find = |name: &str| find_axis(&names, "zip", name.trim());
        let group = pair.split(',').map(find).collect::<Result<Vec<usize>, _>>()?;
        if group.len() < 2 {
            return Err(error(
                "zip",
                format!("'{pair}': expected two axes or more, eta,batch-size"),
            ));
        }
        let twice = |&a: &usize| {
            groups.iter().flatten().chain(&group).filter(|&&other| other == a).count() > 1
        };
        if let Some(&a) = group.iter().find(|a| twice(a)) {
            return Err(error("zip", format!("{} is random or in a pair already", names[a])));
        }
        let len = |a: usize| axes[a].values.len().unwrap_or(draws);
        if let Some(&other) = group.iter().find(|&&a| len(a) != len(group[0])) {
            let problem = format!(
                "{} has {} values but {} has {}: they cannot be paired",
                names[group[0]],
                len(group[0]),
                names[other],
                len(other)
            );
            return Err(error("zip", problem));
        }
        groups.push(group);
    }
    let mut dimensions = Vec::new();
    for (a, axis) in axes.iter().enumerate() {
        let group = groups.iter().find(|group| group.contains(&a));
        let group = group.cloned().unwrap_or_else(|| vec![a]);
        // A group stands where its first axis does.
        if group.iter().min() == Some(&a) {
            dimensions.push(Dimension { axes: group, len: axis.values.len().unwrap_or(draws) });
        }
    }
    Ok(dimensions)
}

fn find_axis(names: &[&str], option: &str, name: &str) -> Result<usize, GridError> {
    let name = setting(name).map_or(name, |setting| setting.name);
    names.iter().position(|&other| other == name).ok_or_else(|| {
        let hint = if names.is_empty() { "there are none".into() } else { hint(name, names) };
        error(option, format!("'{name}' is not an axis of this sweep; {hint}"))
    })
}

impl Rule {
    /// Reads `momentum:optimiser=sgd,nesterov`.
    fn read(axes: &[Axis], text: &str) -> Result<Self, GridError> {
        let parts = text.split_once(':').and_then(|(axis, condition)| {
            let (parent, values) = condition.split_once('=')?;
            Some((axis.trim(), parent.trim(), values))
        });
        let Some((axis, parent, values)) = parts else {
            let problem = format!("'{text}': expected AXIS:OTHER=VALUES, momentum:optimiser=sgd");
            return Err(error("when", problem));
        };
        let names: Vec<&str> = axes.iter().map(Axis::name).collect();
        let axis = find_axis(&names, "when", axis)?;
        let parent = find_axis(&names, "when", parent)?;
        let wanted = Values::read(axes[parent].setting, values);
        let wanted = match wanted.map_err(|e| error("when", e))? {
            Values::Listed(wanted) => wanted,
            Values::Seeds(seeds) => seeds.iter().map(u64::to_string).collect(),
            Values::Random(_) => {
                let problem = format!("'{text}': expected values, not random ones");
                return Err(error("when", problem));
            }
        };
        if let Values::Listed(there) = &axes[parent].values
            && let Some(missing) = wanted.iter().find(|value| !there.contains(value))
        {
            let there: Vec<&str> = there.iter().map(String::as_str).collect();
            let problem =
                format!("{} is never {missing}; {}", names[parent], hint(missing, &there));
            return Err(error("when", problem));
        }
        Ok(Self { axis, parent, values: wanted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(axes: &[(&str, &str)]) -> GridText {
        let axes = axes.iter().map(|(name, values)| (name.to_string(), values.to_string()));
        GridText { axes: axes.collect(), ..GridText::default() }
    }

    /// Of every point the values of some options, as `eta` alone can tell.
    fn points(text: &GridText) -> Vec<String> {
        let grid = Grid::read(text).unwrap();
        (0..grid.len().unwrap())
            .map(|point| {
                let places = grid.places(point);
                let value = |(axis, &place): (&Axis, &usize)| {
                    let value = axis.values.value(axis.name(), 1, place);
                    let value = if grid.applies(axis, &places) { value } else { "-".into() };
                    format!("{}={value}", axis.name())
                };
                grid.axes.iter().zip(&places).map(value).collect::<Vec<_>>().join(" ")
            })
            .collect()
    }

    #[test]
    fn the_seed_changes_fastest_and_the_order_of_writing_makes_no_difference() {
        let grid = text(&[("seed", "1,2"), ("eta", "0.1,0.2"), ("activation", "relu")]);
        assert_eq!(
            points(&grid),
            [
                "activation=relu eta=0.1 seed=1",
                "activation=relu eta=0.1 seed=2",
                "activation=relu eta=0.2 seed=1",
                "activation=relu eta=0.2 seed=2",
            ]
        );
        assert_eq!(points(&GridText::default()), [""]);
    }

    #[test]
    fn zipped_axes_go_together() {
        let mut grid = text(&[("eta", "0.1,0.2"), ("batch-size", "1,10"), ("seed", "1,2")]);
        grid.zip = vec!["batch_size,eta".into()];
        assert_eq!(points(&grid).len(), 4);
        assert_eq!(points(&grid)[2], "eta=0.2 batch-size=10 seed=1");
        grid.zip = vec!["eta,seed".into(), "batch-size,eta".into()];
        assert!(Grid::read(&grid).unwrap_err().problem.contains("in a pair already"));
        grid.axes.insert("eta".into(), "0.1,0.2,0.3".into());
        grid.zip = vec!["eta,batch-size".into()];
        let error = Grid::read(&grid).unwrap_err().problem;
        assert!(error.contains("eta has 3 values but batch-size has 2"), "{error}");
        grid.zip = vec!["eta,batchsize".into()];
        assert!(Grid::read(&grid).unwrap_err().problem.contains("did you mean 'batch-size'?"));
        grid.zip = vec!["eta".into()];
        assert!(Grid::read(&grid).unwrap_err().problem.contains("two axes"));
    }

    #[test]
    fn repeated_rules_take_no_longer() {
        let chain =
            ["eta", "lambda", "l1", "momentum", "epochs", "batch-size", "dropout", "max-norm"];
        let axes = chain.map(|name| (name, if name == "dropout" { "0.5,0.2" } else { "1,2" }));
        let mut grid = text(&axes);
        let rules = chain.windows(2).map(|pair| {
            let values = if pair[1] == "dropout" { "0.5" } else { "1" };
            format!("{}:{}={values}", pair[0], pair[1])
        });
        // Followed one by one, these are more ways than can be counted.
        grid.when = rules.flat_map(|rule| vec![rule; 100]).collect();
        let read = Grid::read(&grid).unwrap();
        assert!(read.setting(0).contains_key("eta"));
        assert!(!read.setting(1).contains_key("eta"), "{:?}", read.setting(1));
        grid.when.extend(vec!["max-norm:eta=1".to_string(); 100]);
        assert!(Grid::read(&grid).unwrap_err().problem.contains("in a circle"));
    }

    #[test]
    fn a_dependent_axis_has_values_only_with_its_parents() {
        let mut grid =
            text(&[("optimiser", "sgd,adam"), ("momentum", "0,0.9"), ("max-norm", "none,3")]);
        grid.when = vec!["momentum:optimiser=sgd".into(), "max-norm:momentum=0.90".into()];
        assert_eq!(
            points(&grid),
            [
                "optimiser=sgd momentum=0 max-norm=-",
                "optimiser=sgd momentum=0 max-norm=-",
                "optimiser=sgd momentum=0.9 max-norm=none",
                "optimiser=sgd momentum=0.9 max-norm=3",
                "optimiser=adam momentum=- max-norm=-",
                "optimiser=adam momentum=- max-norm=-",
                "optimiser=adam momentum=- max-norm=-",
                "optimiser=adam momentum=- max-norm=-",
            ]
        );
        for (rule, words) in [
            ("momentum", "expected AXIS:OTHER=VALUES"),
            ("momentum:optimiser", "expected AXIS:OTHER=VALUES"),
            ("momentum:optimiser=nesterov", "optimiser is never nesterov"),
            ("momentum:optimiser=sdg", "expected one of sgd"),
            ("momentum:eta=1", "'eta' is not an axis"),
            ("momentum:momentum=0", "depends on itself"),
        ] {
            grid.when = vec![rule.into()];
            let error = Grid::read(&grid).unwrap_err();
            assert!(error.problem.contains(words), "{rule}: {error}");
        }
        grid.when = vec!["momentum:max-norm=3".into(), "max-norm:momentum=0".into()];
        assert!(Grid::read(&grid).unwrap_err().problem.contains("in a circle"));
    }

    #[test]
    fn random_axes_are_drawn_together_and_a_draw_stays_what_it_was() {
        let mut grid =
            text(&[("eta", "rand:log:0.1..10"), ("lambda", "rand:lin:0..5"), ("seed", "1,2")]);
        grid.trials = Some(3);
        grid.sweep_seed = 1;
        let three = points(&grid);
        assert_eq!(three.len(), 6);
        grid.trials = Some(5);
        assert_eq!(points(&grid)[..6], three);
        grid.trials = None;
        assert!(Grid::read(&grid).unwrap_err().problem.contains("--trials"));
        grid = text(&[("eta", "0.1")]);
        grid.trials = Some(3);
        assert!(Grid::read(&grid).unwrap_err().problem.contains("no axis is random"));
    }

    #[test]
    fn an_unknown_axis_is_refused() {
        let error = Grid::read(&text(&[("etta", "1")])).unwrap_err();
        assert_eq!(error.option, "etta");
        assert!(error.problem.contains("did you mean 'eta'?"), "{error}");
    }
}
