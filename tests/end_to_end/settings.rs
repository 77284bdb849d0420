//! The settings of a training as users meet them: names of other programs, mistakes, their table.

use crate::common::{Images, Table, nablab, read, refused, train, works};
use nablab::train::settings::{Setting, Values, options};
use std::path::Path;
use tempfile::TempDir;

/// The table of docs/training.md, made from the declarations.
fn table() -> String {
    let row = |setting: &Setting| {
        let code = |values: &[&str]| {
            values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" ")
        };
        let mut values = match setting.values {
            Values::Names(names) => {
                let names = names();
                code(&names.iter().map(|name| name.get_name()).collect::<Vec<_>>())
            }
            Values::Text(examples) => code(examples),
            Values::Fractions | Values::Counts | Values::Seeds => setting.range.to_string(),
        };
        if !setting.absent.is_empty() {
            values += &format!(", or `{}`", setting.absent);
        }
        let unit = if setting.unit.is_empty() || setting.title.ends_with(setting.unit) {
            String::new()
        } else {
            format!(" ({})", setting.unit)
        };
        let (name, title) = (setting.name, setting.title);
        format!("| `--{name}` | {title}{unit} | {values} | `{}` |\n", setting.default())
    };
    let head = "| option | what it sets | values | default |\n|---|---|---|---|\n";
    head.to_string() + &options().map(row).collect::<String>()
}

#[test]
fn the_documents_have_every_setting() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/training.md");
    // A package has none.
    let Ok(page) = std::fs::read_to_string(page) else { return };
    assert!(page.contains(&table()), "docs/training.md should have this table:\n\n{}", table());
}

#[test]
fn every_setting_is_an_option_of_train_and_an_axis_of_a_sweep() {
    for command in ["train", "sweep"] {
        let help = works(nablab().args([command, "--help"]));
        for setting in options() {
            let option = format!("--{} <{}", setting.name, setting.symbol);
            assert!(help.contains(&option), "{command}: {option} is missing");
            for alias in setting.aliases {
                assert!(!help.contains(&format!("--{alias} ")), "{command}: {alias} is hidden");
            }
        }
    }
}

#[test]
fn what_users_of_other_programs_type_is_understood() {
    let directory = TempDir::new().unwrap();
    let data = Images::SMALL.write(directory.path(), "small");
    let trials = |name: &str, arguments: &str| {
        let out = directory.path().join(name);
        works(train(&data, arguments).arg("--out").arg(&out));
        Table::parse(&read(&out, "trials.csv")).column("trial_id").join("")
    };
    let plain = trials(
        "plain",
        "--epochs 1 --hidden 5x4 --activation relu --cost quadratic --output identity --eta 0.1 \
         --batch-size 7 --lambda 0.5 --optimiser nesterov --init he --rng chacha8",
    );
    let others = trials(
        "others",
        "--epochs 1 --layers 5,4 --activation ReLU --loss MSE --output linear --lr 0.10 --mini-batch 7 \
         --weight-decay 0.5 --optimizer Nesterov --initializer He --generator ChaCha8",
    );
    assert_eq!(plain, others);
    let more = trials(
        "more",
        "--epochs 1 --hidden-layers 5x4 --activation RELU --loss mse --output Identity \
         --learning-rate 1e-1 --batch 7 --lmbda .5 --optimizer NESTEROV --initialiser he",
    );
    assert_eq!(plain, more);
    let costs = ["nll", "bce"].map(|cost| trials(cost, &format!("--epochs 1 --loss {cost}")));
    let names = ["log-likelihood", "cross-entropy"]
        .map(|cost| trials(&format!("{cost}-by-name"), &format!("--epochs 1 --cost {cost}")));
    assert_eq!(costs, names);
}

#[test]
fn misuse_is_met_with_a_hint() {
    let directory = TempDir::new().unwrap();
    let data = Images::SMALL.write(directory.path(), "small");
    for (arguments, words) in [
        ("--eta 0.1,0.5", &["--eta", "nablab sweep --eta 0.1,0.5"][..]),
        ("--lr log:0.1..1:3", &["--eta", "nablab sweep"]),
        ("--seeds 5", &["--seeds", "nablab sweep"]),
        ("--eta none", &["--eta", "'none'", "or auto"]),
        ("--train-size none", &["--train-size", "or all"]),
        ("--hidden none --dropout 0.5", &["--dropout", "hidden layer"]),
        ("--hidden none --activation relu", &["--activation", "--output"]),
        ("--seed-init 1..5", &["--seed-init", "nablab sweep --seed-init 1..5"]),
        ("--seed-dropout 5", &["--seed-dropout", "5", "dropout probability above 0"]),
        ("--seed-expand 5 --expand shifts", &["--seed-expand", "rotations"]),
        ("--seed-order 5 --order file", &["--seed-order", "shuffled"]),
        ("--seed-init 5 --init zeros --bias-init zero", &["--seed-init", "drawn"]),
        ("--seed-order 5 --rng author", &["--seed-order", "author", "one seed"]),
        ("--seed-init -5", &["--seed-init"]),
        ("--hidden none --max-norm 1", &["--max-norm", "hidden layer"]),
        ("--hidden 6,30,5", &["--hidden", "inputs", "outputs"]),
        ("--activation relo", &["--activation", "did you mean 'relu'?"]),
        ("--cost mean-squared", &["--cost", "quadratic"]),
        ("--batch-size 2.5", &["--batch-size", "2.5"]),
        ("--learningrate 1", &["--learningrate"]),
    ] {
        refused(&mut train(&data, arguments), words);
    }
}

#[test]
fn the_first_validation_images_are_enough() {
    let directory = TempDir::new().unwrap();
    let data = Images::SMALL.write(directory.path(), "data");
    let out = directory.path().join("out");
    let few = "--validation-size 5 --epochs 2 --monitor validation-accuracy --out";
    let stdout = works(train(&data, few).arg(&out));
    assert!(stdout.contains(" 5 validation"), "{stdout}");
    let trials = Table::parse(&read(&out, "trials.csv"));
    assert_eq!(trials.column("validation_size"), ["5"]);
    // Of five images the share that is right is a multiple of a fifth.
    let epochs = Table::parse(&read(&out, "epochs.csv"));
    for accuracy in epochs.numbers("validation_accuracy") {
        assert!((5.0 * accuracy).fract() == 0.0, "{accuracy}");
    }
    for size in ["0", "100000"] {
        let arguments = format!("--validation-size {size} --epochs 1");
        refused(&mut train(&data, &arguments), &["validation", "expected"]);
    }
}
