//! Sweeps from the outside: nothing is lost, nothing is trained twice, nothing is confused.

use crate::common::{Images, Table, nablab, read, refused, without_seconds, works};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A directory with the small data set in it, for sweeps beside it.
struct Lab {
    directory: TempDir,
    data: PathBuf,
}

/// 24 trainings of a few milliseconds.
const GRID: &str =
    "--eta 0.1,1,1e300 --activation sigmoid,relu --batch-size 1,10 --seeds 2 --epochs 20";

impl Lab {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let data = Images::SMALL.write(directory.path(), "small");
        Self { directory, data }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `nablab sweep --data … --out NAME`, with more arguments separated by spaces.
    fn sweep(&self, name: &str, arguments: &str) -> assert_cmd::Command {
        let mut command = nablab();
        command.args(["sweep", "--data"]).arg(&self.data).arg("--out").arg(self.path(name));
        command.args(arguments.split_whitespace());
        command
    }

    /// Any other command, with a sweep's directory after its name.
    fn on(&self, command: &str, name: &str, arguments: &str) -> assert_cmd::Command {
        let mut nablab = nablab();
        nablab.args(command.split_whitespace()).arg(self.path(name));
        nablab.args(arguments.split_whitespace());
        nablab
    }

    /// Both CSV files without their times.
    #[track_caller]
    fn results(&self, name: &str) -> [String; 2] {
        ["trials.csv", "epochs.csv"].map(|file| without_seconds(&read(&self.path(name), file)))
    }

    fn trials(&self, name: &str) -> Table {
        Table::parse(&read(&self.path(name), "trials.csv"))
    }

    fn journal(&self, name: &str) -> PathBuf {
        self.path(name).join("journal.jsonl")
    }
}

// What is trained

#[test]
fn every_combination_is_trained_once_in_the_order_of_the_plan() {
    let lab = Lab::new();
    let stdout = works(&mut lab.sweep("a", GRID));
    assert!(stdout.contains("24 trainings: activation (2) × eta (3) × batch-size (2) × seed (2)"));
    let trials = lab.trials("a");
    assert_eq!(trials.rows.len(), 24);
    assert_eq!(trials.column("seed")[..4], ["1", "2", "1", "2"]);
    assert_eq!(trials.column("batch_size")[..4], ["1", "1", "10", "10"]);
    let ids: BTreeSet<_> = trials.column("trial_id").into_iter().collect();
    assert_eq!(ids.len(), 24);
    let status = trials.column("status");
    let eta = trials.column("eta");
    for (status, eta) in status.iter().zip(eta) {
        assert_eq!(*status == "diverged", eta == "1e300", "divergence is a result: {status} {eta}");
    }
    // The same training alone has the same id and the same numbers.
    let mut train = nablab();
    train.args(["train", "--data"]).arg(&lab.data).arg("--out").arg(lab.path("alone"));
    works(train.args("--eta 1 --activation relu --batch-size 10 --seed 2 --epochs 20".split(' ')));
    let alone = without_seconds(&read(&lab.path("alone"), "trials.csv"));
    assert!(lab.results("a")[0].contains(alone.lines().nth(1).unwrap()));
}

#[test]
fn a_file_and_the_command_line_say_the_same_and_the_latter_counts_more() {
    let lab = Lab::new();
    let file = lab.path("my.toml");
    let text = "data = 'small'\neta = [0.10, 1.0, 1e300]\nactivation = ['sigmoid', 'relu']\n\
                batch_size = '1,10'\nseeds = 2\nepochs = 20\n";
    fs::write(&file, text).unwrap();
    works(&mut lab.sweep("a", GRID));
    let mut from_file = nablab();
    works(from_file.arg("sweep").arg(&file).current_dir(&lab.directory));
    let written = lab.path("results/my");
    assert_eq!(without_seconds(&read(&written, "trials.csv")), lab.results("a")[0]);
    let mut other = nablab();
    other.arg("sweep").arg(&file).args(["--eta", "0.1", "--out"]).arg(lab.path("b"));
    assert!(works(&mut other).contains("8 trainings: activation (2) × batch-size (2)"));
}

#[test]
fn random_values_pairs_and_dependent_axes() {
    let lab = Lab::new();
    let random =
        "--eta rand:log:0.01..1 --lambda rand:lin:0..1 --sweep-seed 7 --epochs 1 --seeds 2";
    works(&mut lab.sweep("five", &format!("{random} --trials 5")));
    works(&mut lab.sweep("three", &format!("{random} --trials 3")));
    let (three, five) = (lab.results("three"), lab.results("five"));
    assert!(five[0].starts_with(&three[0]), "draw k is the same for ever");

    works(
        &mut lab.sweep(
            "zip",
            "--eta 0.1,1 --batch-size 1,10 --zip eta,batch-size --epochs 1 --seeds 1",
        ),
    );
    assert_eq!(lab.trials("zip").column("eta"), ["0.1", "1.0"]);
    assert_eq!(lab.trials("zip").column("batch_size"), ["1", "10"]);

    let dependent = "--optimiser sgd,adam --momentum 0,0.9 --epochs 1 --seeds 1";
    works(&mut lab.sweep("when", &format!("{dependent} --when momentum:optimiser=sgd")));
    assert_eq!(lab.trials("when").column("optimiser"), ["sgd", "sgd", "adam"]);
    assert_eq!(lab.trials("when").column("momentum"), ["0.0", "0.9", "0.0"]);
    refused(&mut lab.sweep("no", dependent), &["momentum 0.9", "optimiser=adam", "--when"]);
    assert!(!lab.path("no").exists(), "refused before anything is written");
}

#[test]
fn every_option_of_a_training_is_an_axis() {
    let lab = Lab::new();
    let axes = [
        "--classes 0+1,all",
        "--train-size 20,all",
        "--expand shifts,none",
        "--hidden 3,4x5,none",
        "--hidden 4x4 --activation relu+tanh,gelu",
        "--hidden 4x4 --dropout 0.2+0.5,0",
        "--output sigmoid,tanh --cost quadratic",
        "--cost quadratic,cross-entropy",
        "--init he,zeros",
        "--bias-init zero,normal",
        "--optimizer nesterov,sgd",
        "--eta auto,0.1",
        "--schedule cosine,step:0.5:1",
        "--momentum 0,0.5",
        "--batch-size 1,full",
        "--lambda 0,1",
        "--l1 0,1",
        "--max-norm none,3",
        "--early-stop none,1",
        "--epochs 1,2",
        "--precision f32,f64",
        "--rng chacha8,author",
        "--seed 3,1..2",
    ];
    for axis in axes {
        let epochs = if axis.contains("--epochs") { "" } else { "--epochs 1" };
        let stdout = works(&mut lab.sweep("dry", &format!("{axis} {epochs} --dry-run")));
        let trainings: usize = stdout.split(' ').next().unwrap().parse().unwrap();
        let seeds = if axis.contains("--seed") { 1 } else { 10 };
        assert!(trainings >= 2 * seeds, "{axis}: {stdout}");
    }
}

#[test]
fn mistakes_are_refused_in_one_line_before_any_training() {
    let lab = Lab::new();
    for (arguments, words) in [
        ("--eta 0.1,,1", &["--eta", "''"][..]),
        ("--eta log:1..0.1:5", &["--eta", "empty range"]),
        ("--eta log:0..1:5", &["--eta", "cannot begin at 0"]),
        ("--eta lin:0..1:5", &["--eta", "learning rate η 0"]),
        ("--activation relo", &["--activation", "relu"]),
        ("--activation lin:0..1:3", &["names"]),
        ("--etta 1", &["--etta", "--eta"]),
        ("--seeds 5..1", &["--seeds", "a range (1..10)"]),
        ("--seeds 0", &["--seeds"]),
        ("--zip eta,batch-size --eta 1,2 --batch-size 1", &["--zip", "eta has 2 values"]),
        ("--zip eta,batchsize --eta 1,2", &["--zip", "not an axis"]),
        ("--when momentum:optimiser=sgd", &["--when", "not an axis"]),
        ("--eta rand:log:1..2", &["--eta", "--trials"]),
        ("--trials 3", &["--trials", "no axis is random"]),
        ("--batch-size 51", &["--batch-size", "1 to 50"]),
        ("--cost log-likelihood --output sigmoid", &["--output"]),
        ("--monitor acuracy", &["--monitor"]),
        ("--shard 3/2", &["--shard"]),
        ("--shard slurm", &["--shard", "SLURM_ARRAY_TASK_ID"]),
        ("--halving 1", &["--halving"]),
        ("--halving --epochs 1,2", &["--halving", "--epochs"]),
        ("--halving --shard 1/2", &["--shard"]),
        ("--jobs 0", &["--jobs"]),
        ("--eta lin:1..2:100001 --seeds 1000", &["error: more than 100000000 trainings"]),
        ("--only abc --eta 1", &["--only"]),
    ] {
        let mut command = lab.sweep("out", arguments);
        command.env_remove("SLURM_ARRAY_TASK_ID");
        refused(&mut command, words);
        // The last one has a sweep to look into.
        assert!(!lab.path("out").join("journal.jsonl").exists(), "{arguments}");
    }
    for (text, words) in [
        ("etta = 1", &["my.toml", "etta", "did you mean 'eta'?"][..]),
        ("eta = ", &["my.toml, line 1"]),
        ("eta = 'fast'", &["my.toml: eta: 'fast'"]),
        ("eta = [1, 2]\nbatch-size = [1]\nzip = 'eta,batch-size'", &["my.toml: zip", "2 values"]),
        ("monitor = 'x'", &["my.toml", "monitor"]),
        ("data = 'nowhere'", &["nowhere"]),
    ] {
        fs::write(lab.path("my.toml"), text).unwrap();
        let mut command = nablab();
        command.arg("sweep").arg(lab.path("my.toml")).arg("--out").arg(lab.path("out2"));
        refused(&mut command, words);
    }
    refused(nablab().args(["sweep", "missing.toml"]), &["missing.toml", "sweep file"]);
    for command in ["status", "merge", "confirm", "emit slurm"] {
        refused(&mut lab.on(command, "nowhere", ""), &["nowhere", "no sweep"]);
    }
}

#[test]
fn a_dry_run_tells_what_would_be_and_writes_nothing() {
    let lab = Lab::new();
    let stdout = works(&mut lab.sweep("a", &format!("{GRID} --dry-run")));
    assert!(stdout.starts_with("24 trainings: activation (2)"), "{stdout}");
    assert_eq!(stdout.matches("seed=").count(), 6, "{stdout}");
    assert!(stdout.contains("about ") && stdout.contains(" MB on the disk"), "{stdout}");
    assert!(!lab.path("a").exists());
}

// Never lost, never twice

#[test]
fn the_same_command_goes_on_and_at_the_end_does_nothing() {
    let lab = Lab::new();
    works(&mut lab.sweep("a", GRID));
    let undisturbed = lab.results("a");
    let journal = fs::read(lab.journal("a")).unwrap();
    let again = works(&mut lab.sweep("a", GRID));
    assert!(again.contains("all 24 trainings are done"), "{again}");
    // By its directory alone, too.
    assert!(works(&mut lab.on("sweep", "a", "")).contains("all 24 trainings"));
    assert_eq!(fs::read(lab.journal("a")).unwrap(), journal);
    // Half of it is lost: just that half is trained again.
    let text = String::from_utf8(journal).unwrap();
    let half: String = text.lines().take(12).map(|line| format!("{line}\n")).collect();
    fs::write(lab.journal("a"), &half).unwrap();
    let stdout = works(&mut lab.sweep("a", GRID));
    assert!(stdout.contains("12 done, 12 to do"), "{stdout}");
    assert_eq!(lab.results("a"), undisturbed);
    assert!(read(&lab.path("a"), "journal.jsonl").starts_with(&half));
    // The CSV files are lost: they are made again without training.
    fs::remove_file(lab.path("a").join("trials.csv")).unwrap();
    assert!(works(&mut lab.sweep("a", GRID)).contains("24 done, 0 to do"));
    assert_eq!(lab.results("a"), undisturbed);
    let json: serde_json::Value =
        serde_json::from_str(&read(&lab.path("a"), "provenance.json")).unwrap();
    let sessions = json["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2, "the sessions that trained");
    for key in [
        "version",
        "commit",
        "dirty",
        "rustc",
        "cpu",
        "simd",
        "threads",
        "data_sha256",
        "command",
        "start",
        "end",
        "cpu_seconds",
    ] {
        assert!(!sessions[0][key].is_null(), "{key}");
    }
}

#[test]
fn the_results_are_the_same_for_any_number_of_threads_and_shards() {
    let lab = Lab::new();
    works(&mut lab.sweep("one", &format!("{GRID} --jobs 1")));
    let expected = lab.results("one");
    for jobs in [2, 7] {
        let name = format!("jobs{jobs}");
        works(&mut lab.sweep(&name, &format!("{GRID} --jobs {jobs}")));
        assert_eq!(lab.results(&name), expected, "{jobs} threads");
    }
    for shards in [1, 3, 16] {
        // In one directory, that all machines see.
        let name = format!("shards{shards}");
        for shard in 1..=shards {
            works(&mut lab.sweep(&name, &format!("{GRID} --shard {shard}/{shards}")));
        }
        assert_eq!(lab.results(&name), expected, "{shards} shards");
        assert_eq!(works(&mut lab.on("merge", &name, "")).matches("24 of 24").count(), 1);
        // In a directory each.
        let mut merge = nablab();
        merge.arg("merge").arg("--out").arg(lab.path(&format!("merged{shards}")));
        for shard in 1..=shards {
            let name = format!("{shard}of{shards}");
            works(&mut lab.sweep(&name, &format!("{GRID} --shard {shard}/{shards}")));
            merge.arg(lab.path(&name));
        }
        works(&mut merge);
        assert_eq!(lab.results(&format!("merged{shards}")), expected, "{shards} directories");
        // Once more makes no difference, and there is nothing to do there.
        works(&mut merge);
        let merged = lab.on("sweep", &format!("merged{shards}"), "").output().unwrap();
        assert!(String::from_utf8(merged.stdout).unwrap().contains("all 24 trainings"));
    }
}

#[test]
fn results_that_contradict_each_other_are_not_united() {
    let lab = Lab::new();
    works(&mut lab.sweep("a", GRID));
    works(&mut lab.sweep("b", &format!("{GRID} --simd scalar")));
    let mut merge = lab.on("merge", "a", "");
    merge.arg(lab.path("b")).arg("--out").arg(lab.path("c"));
    works(&mut merge);
    assert_eq!(lab.results("c"), lab.results("a"), "every instruction set has the same bits");
    // A line of another machine, on which something is broken.
    let text = read(&lab.path("b"), "journal.jsonl");
    let line = text.lines().find(|line| line.contains("\"finished\"")).unwrap();
    let (before, after) = line.split_once("\"epochs\":[[0,[").unwrap();
    let wrong = format!("{before}\"epochs\":[[0,[0.125,{}", after.split_once(',').unwrap().1);
    let body = wrong.split_once(",\"xxh3\"").unwrap().0;
    let checksum = xxhash_rust::xxh3::xxh3_64(body.as_bytes());
    let wrong = format!("{body},\"xxh3\":\"{checksum:016x}\"}}");
    fs::write(lab.journal("b"), text.replace(line, &wrong)).unwrap();
    let before = lab.results("c");
    refused(&mut merge, &["a/journal.jsonl", "b/journal.jsonl", "validation_accuracy", "0.125"]);
    assert_eq!(lab.results("c"), before);
    let mut other = lab.on("merge", "a", "");
    works(&mut lab.sweep("d", "--epochs 1 --seeds 1 --monitor test-cost"));
    other.arg(lab.path("d")).arg("--out").arg(lab.path("e"));
    refused(&mut other, &["monitor"]);
}

#[test]
fn another_sweep_in_the_directory_is_refused_or_added() {
    let lab = Lab::new();
    works(&mut lab.sweep("a", "--eta 0.1,1 --epochs 2 --seeds 2"));
    let more = "--eta 0.1,0.5,1 --epochs 2 --seeds 2";
    refused(&mut lab.sweep("a", more), &["eta: 0.1,1 → 0.1,0.5,1", "--extend"]);
    assert_eq!(lab.trials("a").rows.len(), 4);
    let stdout = works(&mut lab.sweep("a", &format!("{more} --extend")));
    assert!(stdout.contains("4 done, 2 to do"), "{stdout}");
    assert_eq!(lab.trials("a").column("eta"), ["0.1", "0.1", "1.0", "1.0", "0.5", "0.5"]);
    // Both commands belong to it from now on.
    for command in ["--eta 0.1,1 --epochs 2 --seeds 2", more] {
        assert!(works(&mut lab.sweep("a", command)).contains("all 6 trainings are done"));
    }
    refused(&mut lab.sweep("a", &format!("{more} --monitor test-cost --extend")), &["monitor"]);
    // A part of it, merged into it, takes nothing away.
    works(&mut lab.sweep("part", "--eta 0.1,1 --epochs 2 --seeds 2"));
    let whole = lab.results("a");
    let merged = works(lab.on("merge", "part", "--out").arg(lab.path("a")));
    assert!(merged.contains("6 of 6 trainings done"), "{merged}");
    assert_eq!(lab.results("a"), whole);
    // Other data in the same place.
    Images::MNIST_LIKE.write(lab.directory.path(), "small");
    refused(&mut lab.sweep("a", more), &["a: holds another sweep", "data-id"]);
    refused(&mut lab.on("sweep", "a", "--seeds 1..3 --extend"), &["not the ones"]);
}

#[test]
#[cfg(unix)]
fn a_hundred_kills_lose_nothing() {
    let lab = Lab::new();
    let grid = "--eta log:0.1..10:20 --seeds 10 --epochs 20 --activation sigmoid,relu --jobs 2";
    let start = std::time::Instant::now();
    works(&mut lab.sweep("whole", grid));
    let whole = start.elapsed();
    let expected = lab.results("whole");
    let mut random = 1u64;
    let mut kills = 0;
    for round in 0.. {
        let name = format!("killed{round}");
        // Until it has come to its end in spite of all.
        for _ in 0..10 {
            let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("nablab"));
            command.args(["sweep", "--data"]).arg(&lab.data).arg("--out").arg(lab.path(&name));
            command.args(grid.split(' ')).stdout(std::process::Stdio::null());
            let mut child = command.spawn().unwrap();
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            std::thread::sleep(whole.mul_f64((random >> 40) as f64 / (1u64 << 24) as f64));
            let ended = child.try_wait().unwrap().is_some();
            child.kill().unwrap();
            child.wait().unwrap();
            if ended {
                break;
            }
            kills += 1;
        }
        works(&mut lab.sweep(&name, grid));
        assert_eq!(lab.results(&name), expected, "after kills in round {round}");
        let journal = read(&lab.path(&name), "journal.jsonl");
        assert_eq!(journal.lines().count(), 400, "no training was done twice");
        fs::remove_dir_all(lab.path(&name)).unwrap();
        if kills >= 100 {
            break;
        }
    }
}

#[test]
#[cfg(unix)]
fn ctrl_c_keeps_what_is_done_and_says_so() {
    for signal in ["INT", "TERM"] {
        let lab = Lab::new();
        let grid = "--eta log:0.1..10:20 --seeds 100 --epochs 50 --jobs 2";
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("nablab"));
        command.args(["sweep", "--data"]).arg(&lab.data).arg("--out").arg(lab.path("a"));
        command.args(grid.split(' ')).stdout(std::process::Stdio::null());
        let child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        while fs::metadata(lab.journal("a")).map_or(0, |file| file.len()) < 10_000 {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        // Meanwhile nobody else can write there, but anybody can look.
        refused(&mut lab.sweep("a", grid), &["journal.jsonl", "another process"]);
        let status = works(&mut lab.on("status", "a", ""));
        assert!(status.contains("running        2, in one process"), "{status}");
        let kill = ["-s", signal, &child.id().to_string()].map(String::from);
        assert!(std::process::Command::new("kill").args(kill).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signal}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("interrupted with") && stderr.lines().count() == 1, "{stderr}");
        let done = read(&lab.path("a"), "journal.jsonl").lines().count();
        assert!(done > 0 && done < 2000, "{done}");
        assert_eq!(lab.trials("a").rows.len(), done, "what is done is in the CSV files");
        let status = works(&mut lab.on("status", "a", ""));
        assert!(status.contains("no process is at work"), "{status}");
        assert!(status.contains("left on") && status.contains("to go on"), "{status}");
    }
}

/// Runs a sweep that may write no file longer than so many blocks, as if the disk were full.
#[cfg(unix)]
fn limited(lab: &Lab, name: &str, blocks: usize) -> std::process::Output {
    let mut command = std::process::Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    command.arg("-c").arg(script).arg(assert_cmd::cargo::cargo_bin!("nablab"));
    command.args(["sweep", "--data"]).arg(&lab.data).arg("--out").arg(lab.path(name));
    command.args(GRID.split(' ')).output().unwrap()
}

#[test]
#[cfg(unix)]
fn on_a_full_disk_what_is_done_is_safe() {
    let lab = Lab::new();
    works(&mut lab.sweep("whole", GRID));
    let expected = lab.results("whole");
    // A block has 512 bytes or 1024, a line of the journal about 1300.
    for blocks in [0, 1, 4, 8, 20] {
        let name = format!("full{blocks}");
        let output = limited(&lab, &name, blocks);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("File too large") && stderr.contains(&name), "{stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
        let journal = fs::read_to_string(lab.journal(&name)).unwrap_or_default();
        assert!(journal.is_empty() || journal.ends_with('\n'), "no torn line stays");
        let stdout = works(&mut lab.sweep(&name, GRID));
        let done = journal.lines().count();
        assert!(stdout.contains(&format!("{done} done, {} to do", 24 - done)), "{stdout}");
        assert_eq!(lab.results(&name), expected, "{blocks} blocks");
    }
}

#[test]
fn directories_that_cannot_be_used_are_refused() {
    let lab = Lab::new();
    fs::write(lab.path("file"), "").unwrap();
    refused(&mut lab.sweep("file/sub", GRID), &["file/sub"]);
    fs::create_dir_all(lab.path("foreign")).unwrap();
    fs::write(lab.path("foreign").join("trials.csv"), "precious").unwrap();
    refused(&mut lab.sweep("foreign", GRID), &["foreign", "something else"]);
    assert_eq!(read(&lab.path("foreign"), "trials.csv"), "precious");
    fs::create_dir_all(lab.path("odd").join("journal.jsonl")).unwrap();
    let output = lab.sweep("odd", GRID).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && stderr.contains("journal.jsonl"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn a_failed_training_is_shown_and_tried_again() {
    let lab = Lab::new();
    works(&mut lab.sweep("a", GRID));
    let expected = lab.results("a");
    // As the journal looks after a training that failed.
    let text = read(&lab.path("a"), "journal.jsonl");
    let line = text.lines().nth(5).unwrap();
    let (head, tail) = line.split_once("\"status\":").unwrap();
    assert!(!tail.is_empty());
    let body = format!("{head}\"status\":\"failed\",\"message\":\"out of luck\"");
    let checksum = xxhash_rust::xxh3::xxh3_64(body.as_bytes());
    let failed = format!("{body},\"xxh3\":\"{checksum:016x}\"}}");
    fs::write(lab.journal("a"), text.replace(line, &failed)).unwrap();
    let status = works(&mut lab.on("status", "a", ""));
    let id = head.split('"').nth(5).unwrap();
    assert!(status.contains("failed         1") && status.contains("out of luck"), "{status}");
    assert!(status.contains(&format!("--only {id}")), "{status}");
    let stdout = works(&mut lab.on("sweep", "a", &format!("--only {id}")));
    assert!(stdout.contains("added to"), "{stdout}");
    assert_eq!(lab.results("a"), expected);
    // Now it must have the same bits again.
    assert!(
        works(&mut lab.on("sweep", "a", &format!("--only {}", &id[..9]))).contains("same bits")
    );
    refused(&mut lab.on("sweep", "a", "--only x"), &["--only x", "no training"]);
    fs::write(lab.journal("a"), text.replace(line, &failed)).unwrap();
    assert!(works(&mut lab.sweep("a", GRID)).contains("23 done, 1 to do, 1 of them failed before"));
    assert_eq!(lab.results("a"), expected);
}

#[test]
fn damage_and_foreign_results_are_told_of() {
    let lab = Lab::new();
    works(&mut lab.sweep("a", GRID));
    works(&mut lab.sweep("b", "--eta 0.7 --epochs 1 --seeds 1"));
    let foreign = read(&lab.path("b"), "journal.jsonl");
    let text = read(&lab.path("a"), "journal.jsonl").replacen("finished", "finisheD", 1);
    fs::write(lab.journal("a"), text + &foreign).unwrap();
    let output = lab.sweep("a", GRID).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("1 damaged line"), "{stderr}");
    assert!(stderr.contains("1 result in the journal of no training"), "{stderr}");
    assert_eq!(lab.trials("a").rows.len(), 24);
}

// More machines

#[test]
fn job_scripts_are_ready_to_run() {
    let lab = Lab::new();
    let stdout = works(&mut lab.sweep("it's", &format!("{GRID} --freeze")));
    assert!(stdout.contains("spec.toml: 24 trainings"), "{stdout}");
    assert!(!lab.journal("it's").exists());
    for (engine, words) in [
        ("slurm", &["#SBATCH --array=1-5", "--requeue", "--shard slurm --jobs 2"][..]),
        ("hq", &["--array 1-5", "--shard hq/5 --jobs 2"]),
        ("parallel", &["seq 5 | parallel --quote", "--resume-failed", "--shard {}/5"]),
    ] {
        let mut emit = lab.on(&format!("emit {engine}"), "it's", "--shards 5 --cores 2");
        let script = works(&mut emit);
        assert!(script.starts_with("#!/bin/bash\n"), "{script}");
        for word in words {
            assert!(script.contains(word), "{word}: {script}");
        }
        let mut check = std::process::Command::new("bash");
        let file = lab.path("script");
        fs::write(&file, &script).unwrap();
        assert!(check.arg("-n").arg(&file).status().unwrap().success(), "{script}");
    }
    // What the SLURM job does, task by task; its numbers begin anywhere.
    let script = works(&mut lab.on("emit slurm", "it's", "--shards 3"));
    fs::write(lab.path("job"), script).unwrap();
    for task in 0..3 {
        let mut job = assert_cmd::Command::new("bash");
        job.arg(lab.path("job")).env("SLURM_ARRAY_TASK_ID", (4 + 2 * task).to_string());
        job.env("SLURM_ARRAY_TASK_COUNT", "3").env("SLURM_ARRAY_TASK_MIN", "4");
        works(job.env("SLURM_ARRAY_TASK_STEP", "2"));
    }
    works(&mut lab.sweep("whole", GRID));
    assert_eq!(lab.results("it's"), lab.results("whole"));
}

/// Names that do something when a shell, or a second one, reads them.
#[test]
#[cfg(unix)]
fn a_name_in_a_job_script_runs_nothing() {
    let lab = Lab::new();
    let names = ["a\ntouch ran", "b $(touch ran)", "c;touch ran;", "d'`touch ran`'", "-e", "f\"&"];
    for name in names {
        works(&mut lab.sweep(name, "--eta 0.1,1 --epochs 1 --seeds 2 --freeze"));
        for engine in ["slurm", "hq", "parallel"] {
            let script = works(&mut lab.on(&format!("emit {engine}"), name, "--shards 1"));
            // `hq` and `parallel` run what they are given: the one as it is, the other by a shell
            // unless it is told to quote.
            let stand_in = "hq() { while [ \"$1\" != -- ]; do shift; done; shift; \"$@\"; }\n\
                            parallel() { [ \"$1\" = --quote ] || exit 9; \
                            while [ \"$1\" != --jobs ]; do shift; done; shift 2; \
                            \"${@//\\{\\}/1}\"; }\n";
            fs::write(lab.path("job"), format!("{stand_in}{script}")).unwrap();
            let mut job = assert_cmd::Command::new("bash");
            job.arg(lab.path("job")).current_dir(&lab.directory).env("HQ_TASK_ID", "1");
            job.env("SLURM_ARRAY_TASK_ID", "1").env("SLURM_ARRAY_TASK_COUNT", "1");
            works(&mut job);
            assert!(!lab.path("ran").exists(), "{engine}: {script}");
            assert_eq!(lab.trials(name).rows.len(), 4, "{engine}: {script}");
        }
    }
}

// Cheap search

#[test]
fn halving_keeps_the_best_and_is_the_same_every_time() {
    let lab = Lab::new();
    let grid = "--eta 1e-3,0.01,0.1,0.5,1,2,5,10,1e300 --seeds 2 --epochs 9 --halving 3";
    let preview = works(&mut lab.sweep("a", &format!("{grid} --dry-run")));
    for round in [
        "round 1: 9 settings, 1 epoch",
        "round 2: 3 settings, 3 epochs",
        "round 3: 1 setting, 9 epochs",
    ] {
        assert!(preview.contains(round), "{preview}");
    }
    works(&mut lab.sweep("a", grid));
    let trials = lab.trials("a");
    let epochs = trials.column("epochs");
    let of = |n: &str| epochs.iter().filter(|&&epochs| epochs == n).count();
    assert_eq!((of("1"), of("3"), of("9")), (18, 6, 2));
    let survivors: Vec<&str> = trials.column("eta")[18..].to_vec();
    assert!(!survivors.contains(&"1e300"), "what diverged comes last");
    assert!(works(&mut lab.sweep("a", grid)).contains("all 26 trainings are done"));
    // Interrupted anywhere, it comes to the same end.
    let journal = read(&lab.path("a"), "journal.jsonl");
    for lines in [0, 5, 18, 20, 25] {
        let name = format!("b{lines}");
        works(&mut lab.sweep(&name, &format!("{grid} --freeze")));
        let part: String = journal.lines().take(lines).map(|line| format!("{line}\n")).collect();
        fs::write(lab.journal(&name), part).unwrap();
        assert!(works(&mut lab.on("status", &name, "")).contains(": 26 trainings"));
        works(&mut lab.sweep(&name, &format!("{grid} --jobs 7")));
        assert_eq!(lab.results(&name), lab.results("a"), "from {lines} lines");
    }
    works(&mut lab.on("merge", "a", ""));
}

#[test]
fn confirmation_uses_fresh_seeds_and_says_what_was_luck() {
    let lab = Lab::new();
    works(&mut lab.sweep("a", "--eta 0.1,0.5,1,2 --seeds 3 --epochs 3"));
    let stdout = works(&mut lab.on("confirm", "a", "--top 2 --seeds 5"));
    assert!(stdout.contains("the best 2 of 4 settings by validation accuracy, with seeds 4..8"));
    for words in ["when chosen", "fresh seeds", "95 % interval", "luck", "Its lead over the next"] {
        assert!(stdout.contains(words), "{words}: {stdout}");
    }
    let trials = lab.trials("a/confirm");
    assert_eq!(trials.column("seed"), ["4", "5", "6", "7", "8", "4", "5", "6", "7", "8"]);
    // The same question again is answered from the journal, a larger one trains only what is new.
    assert!(works(&mut lab.on("confirm", "a", "--top 2 --seeds 5")).contains("10 done, 0 to do"));
    let larger = works(&mut lab.on("confirm", "a", "--top 3 --seeds 5"));
    assert!(larger.contains("10 done, 5 to do"), "{larger}");
}

#[test]
fn a_result_directory_stands_on_its_own() {
    let lab = Lab::new();
    let relative = "sweep --data small --out a --eta 0.1,1 --epochs 1 --seeds 1";
    works(nablab().args(relative.split(' ')).current_dir(&lab.directory));
    // From anywhere.
    let mut status = nablab();
    assert!(
        works(status.arg("status").arg(lab.path("a")).current_dir("/")).contains("2 trainings")
    );
    let spec = read(&lab.path("a"), "spec.toml");
    assert!(Path::new(spec.split('"').nth(1).unwrap()).is_absolute(), "{spec}");
}

// What once went wrong

/// The built binary with the arguments of a sweep, not begun yet.
fn process(lab: &Lab, name: &str, arguments: &str) -> std::process::Command {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("nablab"));
    command.args(["sweep", "--data"]).arg(&lab.data).arg("--out").arg(lab.path(name));
    command.args(arguments.split_whitespace());
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    command
}

/// Waits until a journal has some results.
fn wait_for(journal: &Path) {
    while fs::metadata(journal).map_or(0, |file| file.len()) < 10_000 {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// More trainings than end before something is done to them.
const LONG: &str = "--eta log:0.1..10:20 --seeds 100 --epochs 50 --jobs 2";

#[test]
#[cfg(unix)]
fn a_journal_replaced_under_a_running_sweep_ends_it_and_nothing_is_lost() {
    type Change = fn(&Path);
    let changes: [Change; 3] = [
        |journal| fs::remove_file(journal).unwrap(),
        // As `sed -i` and rsync do.
        |journal| {
            let copy = journal.with_extension("copy");
            fs::copy(journal, &copy).unwrap();
            fs::rename(&copy, journal).unwrap();
        },
        |journal| fs::rename(journal, journal.with_extension("old")).unwrap(),
    ];
    for change in changes {
        let lab = Lab::new();
        let child = process(&lab, "a", LONG).spawn().unwrap();
        wait_for(&lab.journal("a"));
        change(&lab.journal("a"));
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(
            stderr.contains("removed or replaced") && stderr.contains("journal-rescued-1.jsonl")
        );
        let rescued = read(&lab.path("a"), "journal-rescued-1.jsonl").lines().count();
        assert_eq!(lab.trials("a").rows.len(), rescued, "{stderr}");
        let status = works(&mut lab.on("status", "a", ""));
        assert!(status.contains(&format!("done     {rescued:>7}")), "{status}");
    }
    // Changed in its place: fewer rows than were trained is an error.
    let lab = Lab::new();
    let child = process(&lab, "a", "--eta log:0.1..10:20 --seeds 10 --epochs 20 --jobs 2").spawn();
    wait_for(&lab.journal("a"));
    fs::OpenOptions::new().write(true).open(lab.journal("a")).unwrap().set_len(0).unwrap();
    let output = child.unwrap().wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("are gone") && stderr.contains("trains them again"), "{stderr}");
}

#[test]
#[cfg(unix)]
fn of_two_sweeps_begun_at_once_one_is_refused_and_leaves_nothing() {
    for round in 0..10 {
        let lab = Lab::new();
        let etas = ["0.1", "0.2", "0.3", "0.4"];
        let begin = |eta: &&str| {
            let mut command = process(&lab, "a", &format!("--eta {eta} --seeds 3 --epochs 2"));
            (eta.to_string(), command.spawn().unwrap())
        };
        let children: Vec<_> = etas.iter().map(begin).collect();
        let ended =
            children.into_iter().map(|(eta, child)| (eta, child.wait_with_output().unwrap()));
        let (good, bad): (Vec<_>, Vec<_>) = ended.partition(|(_, output)| output.status.success());
        let [(eta, _)] = &good[..] else { panic!("round {round}: {good:?} {bad:?}") };
        assert!(read(&lab.path("a"), "spec.toml").contains(&format!("eta = \"{eta}\"")), "{round}");
        assert_eq!(lab.trials("a").column("eta"), [eta.as_str(); 3]);
        assert!(!lab.path("a").join(".nablab.lock").exists());
    }
}

#[test]
#[cfg(unix)]
fn nobody_joins_a_sweep_that_somebody_trains() {
    let lab = Lab::new();
    let mut child = process(&lab, "a", &format!("{LONG} --shard 1/2")).spawn().unwrap();
    wait_for(&lab.path("a").join("journal-1of2.jsonl"));
    let spec = read(&lab.path("a"), "spec.toml");
    // What the share trains would be trained twice, or the share would not know of it.
    let longer = LONG.replace(":20", ":21");
    for arguments in [
        LONG.to_string(),
        format!("{LONG} --shard 1/3"),
        format!("{longer} --extend"),
        format!("{longer} --extend --shard 2/2"),
        format!("{longer} --extend --freeze"),
    ] {
        refused(&mut lab.sweep("a", &arguments), &["journal-1of2.jsonl", "another process"]);
    }
    assert_eq!(read(&lab.path("a"), "spec.toml"), spec, "a refused command changes nothing");
    works(&mut lab.sweep("b", "--eta 0.1 --seeds 1 --epochs 1"));
    fs::remove_file(lab.path("b").join("spec.toml")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    // Without its specification, too, what is done is found by who asks again.
    let again = lab.on("sweep", "b", "").output().unwrap();
    let stderr = String::from_utf8(again.stderr).unwrap();
    assert!(stderr.contains("spec.toml is missing") && stderr.contains("--eta 0.1"), "{stderr}");
    let back = works(&mut lab.sweep("b", "--eta 0.1 --seeds 1 --epochs 1"));
    assert!(back.contains("1 done, 0 to do"), "{back}");
}

#[test]
#[cfg(unix)]
fn merging_beside_a_sweep_loses_nothing() {
    let grid = "--eta log:0.1..10:10 --seeds 10 --epochs 10 --jobs 2";
    let lab = Lab::new();
    works(&mut lab.sweep("part", "--eta log:0.1..10:10 --seeds 10 --epochs 10 --shard 1/10"));
    for round in 0..10 {
        let name = format!("x{round}");
        works(&mut lab.sweep(&name, &format!("{grid} --freeze")));
        let child = process(&lab, &name, grid).spawn().unwrap();
        let merge = || lab.on("merge", "part", "--out").arg(lab.path(&name)).output().unwrap();
        let merged: Vec<_> = (0..5).map(|_| merge()).collect();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        // Whoever comes second is refused; whoever is not has all its results.
        assert!(output.status.success() || stderr.contains("another process"), "{stderr}");
        for merged in merged {
            let stderr = String::from_utf8(merged.stderr).unwrap();
            assert!(merged.status.success() || stderr.contains("another process"), "{stderr}");
        }
        works(&mut lab.sweep(&name, grid));
        assert_eq!(lab.trials(&name).rows.len(), 100);
    }
}

#[test]
fn a_merge_keeps_the_later_rounds_of_a_search_of_which_a_line_is_damaged() {
    let lab = Lab::new();
    let grid = "--eta 1e-3,0.01,0.1,0.5,1,2,5,10,1e300 --seeds 2 --epochs 9 --halving 3";
    works(&mut lab.sweep("a", grid));
    let text = read(&lab.path("a"), "journal.jsonl");
    fs::write(lab.journal("a"), text.replacen("finished", "finisheD", 1)).unwrap();
    let mut sizes = Vec::new();
    for _ in 0..3 {
        let mut merge = lab.on("merge", "a", "--out");
        let output = merge.arg(lab.path("b")).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && stderr.contains("1 damaged line"), "{stderr}");
        assert!(stderr.contains("8 results of rounds for which others are missing"), "{stderr}");
        sizes.push(read(&lab.path("b"), "provenance.json").len());
    }
    assert_eq!(sizes, [sizes[0]; 3], "no session is told of twice");
    let stdout = works(&mut lab.on("sweep", "b", ""));
    assert!(stdout.contains("17 done, 1 to do") && stdout.contains("1 training in"), "{stdout}");
    assert_eq!(lab.trials("b").rows.len(), 26);
}

#[test]
fn all_done_is_said_only_of_what_is_there() {
    let lab = Lab::new();
    let grid = "--eta 0.1,1 --seeds 2 --epochs 2 --monitor-layers";
    works(&mut lab.sweep("a", grid));
    let files = ["trials.csv", "epochs.csv", "layers.csv"];
    let now = || {
        files.map(|file| match file {
            "layers.csv" => read(&lab.path("a"), file),
            _ => without_seconds(&read(&lab.path("a"), file)),
        })
    };
    let whole = now();
    let spec = read(&lab.path("a"), "spec.toml");
    let done = |lab: &Lab| {
        let output = lab.on("sweep", "a", "").output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().contains("all 4 trainings are done")
    };
    assert!(done(&lab));
    for file in files {
        for change in [|_: String| String::new(), |text: String| text.replacen("0.1", "0.7", 1)] {
            fs::write(lab.path("a").join(file), change(read(&lab.path("a"), file))).unwrap();
            assert!(!done(&lab), "{file}");
            assert_eq!(now(), whole);
            assert!(done(&lab), "{file}");
        }
        fs::remove_file(lab.path("a").join(file)).unwrap();
        assert!(!done(&lab) && done(&lab), "{file}");
    }
    // As many results, but not of this sweep.
    works(&mut lab.sweep("b", "--eta 0.7 --seeds 1 --epochs 2 --monitor-layers"));
    let journal = read(&lab.path("a"), "journal.jsonl");
    let three: String = journal.lines().skip(1).map(|line| format!("{line}\n")).collect();
    fs::write(lab.journal("a"), three + &read(&lab.path("b"), "journal.jsonl")).unwrap();
    assert!(!done(&lab));
    assert_eq!(now(), whole);
    // Another sweep in the same place.
    fs::write(lab.journal("a"), journal).unwrap();
    fs::write(lab.path("a").join("spec.toml"), spec.replace("0.1,1", "0.1,2")).unwrap();
    assert!(!done(&lab));
    assert_eq!(lab.trials("a").column("eta"), ["0.1", "0.1", "2.0", "2.0"]);
}

#[test]
fn what_runs_can_be_resumed_merged_and_read() {
    let lab = Lab::new();
    for (i, options) in [
        "--validation 0 --monitor test-accuracy",
        "--halving 9223372036854775808",
        "--monitor-every 1",
        "--eta rand:log:0.1..1 --trials 3 --sweep-seed 18446744073709551615",
    ]
    .iter()
    .enumerate()
    {
        let name = format!("s{i}");
        let arguments = format!("{options} --seeds 2 --epochs 1");
        works(&mut lab.sweep(&name, &arguments));
        assert!(works(&mut lab.sweep(&name, &arguments)).contains("are done"), "{options}");
        works(&mut lab.on("status", &name, ""));
        works(lab.on("merge", &name, "--out").arg(lab.path(&format!("{name}m"))));
        assert_eq!(lab.results(&name), lab.results(&format!("{name}m")));
    }
    fs::write(lab.path("empty.toml"), "grid = []\n").unwrap();
    refused(nablab().arg("sweep").arg(lab.path("empty.toml")), &["empty.toml", "[[grid]]"]);
}

#[test]
#[cfg(target_os = "linux")]
fn data_whose_name_cannot_be_kept_are_refused() {
    use std::os::unix::ffi::OsStrExt;
    let lab = Lab::new();
    let name = lab.directory.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::rename(&lab.data, &name).unwrap();
    let mut command = nablab();
    command.args(["sweep", "--data"]).arg(&name).arg("--out").arg(lab.path("a"));
    refused(command.args(["--seeds", "1"]), &["data", "UTF-8"]);
    assert!(!lab.path("a").exists());
}

#[test]
fn one_training_in_two_spellings_is_trained_once() {
    let lab = Lab::new();
    for (axes, expected) in [
        ("--lambda 0,-0", 1),
        ("--hidden none --activation relu,tanh,sigmoid", 1),
        ("--hidden 4x4 --activation relu,relu+relu", 1),
        ("--momentum 0,-0 --l1 0,-0", 1),
        ("--lambda 0,-0,1", 2),
    ] {
        let stdout =
            works(&mut lab.sweep("dry", &format!("{axes} --seeds 1 --epochs 1 --dry-run")));
        let trainings: usize = stdout.split(' ').next().unwrap().parse().unwrap();
        assert_eq!(trainings, expected, "{axes}: {stdout}");
    }
}

#[test]
fn divergence_does_not_depend_on_what_is_watched() {
    let lab = Lab::new();
    // Rates from harmless to hopeless, with outputs that can grow without end.
    let grid = "--eta log:0.1..1e30:16 --output identity --cost quadratic --activation relu --seeds 2 --epochs 6";
    let statuses = |name: &str, watched: &str| {
        works(&mut lab.sweep(name, &format!("{grid} {watched}")));
        let trials = lab.trials(name);
        ["trial_id", "status", "diverged_at_epoch"].map(|column| {
            trials.column(column).iter().map(|cell| cell.to_string()).collect::<Vec<_>>()
        })
    };
    let expected = statuses("accuracy", "--monitor test-accuracy");
    let diverged = expected[1].iter().filter(|status| *status == "diverged").count();
    assert!(diverged > 5 && diverged < 30, "{diverged}");
    for (i, watched) in [
        "--monitor test-cost",
        "--monitor training-cost,validation-cost --lambda 0",
        "--monitor test-accuracy --monitor-every 4",
        "--monitor-layers",
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(statuses(&format!("s{i}"), watched), expected, "{watched}");
    }
}

#[test]
#[cfg(unix)]
fn nobody_who_listens_is_no_reason_to_stop() {
    let lab = Lab::new();
    works(&mut lab.sweep("whole", GRID));
    let sh = |script: &str, name: &str| {
        let mut command = std::process::Command::new("bash");
        command.arg("-c").arg(script).arg(assert_cmd::cargo::cargo_bin!("nablab"));
        command.args(["sweep", "--data"]).arg(&lab.data).arg("--out").arg(lab.path(name));
        command.args(GRID.split(' ')).output().unwrap()
    };
    for (i, (redirection, code)) in [
        ("2>&-", 0),
        ("2>/dev/full", 0),
        // Its reader has gone away before anything was printed.
        ("2> >(exec true)", 0),
        (">/dev/full", 1),
        ("> >(exec true)", 141),
    ]
    .iter()
    .enumerate()
    {
        let name = format!("s{i}");
        // A damaged line is told of on standard error.
        works(&mut lab.sweep(&name, &format!("{GRID} --freeze")));
        fs::write(lab.journal(&name), "junk\n").unwrap();
        let script = format!("sleep 0.05; \"$0\" \"$@\" {redirection}");
        let output = sh(&script, &name);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(*code), "{redirection}: {stderr}");
        assert!(!stderr.contains("panicked"), "{redirection}: {stderr}");
        assert_eq!(lab.results(&name), lab.results("whole"), "{redirection}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn without_threads_it_is_slower_but_as_right() {
    let lab = Lab::new();
    works(&mut lab.sweep("whole", GRID));
    // No stack of this size is to be had.
    let mut command = lab.sweep("a", &format!("{GRID} --jobs 4"));
    works(command.env("RUST_MIN_STACK", (1u64 << 46).to_string()));
    assert_eq!(lab.results("a"), lab.results("whole"));
    let mut train = nablab();
    train.args(["train", "--epochs", "1", "--data"]).arg(&lab.data);
    works(train.env("RUST_MIN_STACK", (1u64 << 46).to_string()));
}

#[test]
#[cfg(target_os = "linux")]
fn a_training_too_large_for_the_memory_fails_alone() {
    let lab = Lab::new();
    let grid = "--hidden 5,3000000 --seeds 2 --epochs 1 --jobs 1";
    let mut command = std::process::Command::new("sh");
    command.arg("-c").arg("ulimit -v 1000000; exec \"$0\" \"$@\"");
    command.arg(assert_cmd::cargo::cargo_bin!("nablab"));
    command.args(["sweep", "--data"]).arg(&lab.data).arg("--out").arg(lab.path("a"));
    let output = command.args(grid.split(' ')).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.matches("MB of memory").count(), 2, "{stderr}");
    assert!(stderr.contains("2 trainings failed"), "{stderr}");
    assert_eq!(lab.trials("a").column("hidden"), ["5", "5"], "the others went on");
    let mut train = std::process::Command::new("sh");
    train.arg("-c").arg("ulimit -v 1000000; exec \"$0\" \"$@\"");
    train.arg(assert_cmd::cargo::cargo_bin!("nablab")).args(["train", "--data"]).arg(&lab.data);
    let output = train.args(["--hidden", "3000000"]).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && stderr.contains("MB are free"), "{stderr}");
    refused(&mut lab.sweep("b", "--hidden 100000000 --seeds 1"), &["--hidden", "GB of memory"]);
}

#[test]
#[cfg(unix)]
fn what_a_killed_process_was_writing_is_removed_at_the_next_start() {
    let lab = Lab::new();
    works(&mut lab.sweep("a", &format!("{GRID} --freeze")));
    works(crate::common::train(&lab.data, "--epochs 1 --out").arg(lab.path("t")));
    let names = [".nablab-abcdef.tmp", ".trials.csv-abcdef.tmp", ".epochs.csv-ABC123.tmp"];
    let left = |directory: &str| {
        let names = names.iter().filter(|name| lab.path(directory).join(name).exists());
        names.count()
    };
    for directory in ["a", "t"] {
        for name in names {
            fs::write(lab.path(directory).join(name), "half").unwrap();
        }
        fs::write(lab.path(directory).join(".tmp123456"), "somebody else's").unwrap();
    }
    works(&mut lab.sweep("a", GRID));
    works(crate::common::train(&lab.data, "--epochs 1 --overwrite --out").arg(lab.path("t")));
    for directory in ["a", "t"] {
        assert_eq!(left(directory), 0, "{directory}");
        assert!(lab.path(directory).join(".tmp123456").exists());
    }
}

#[test]
fn damage_is_told_of_once() {
    let lab = Lab::new();
    works(&mut lab.sweep("a", &format!("{GRID} --freeze")));
    fs::write(lab.journal("a"), "junk\n").unwrap();
    let heard = |arguments: &str| {
        let output = lab.sweep("a", arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(heard(GRID).contains("1 damaged line"));
    assert_eq!(heard(GRID), "");
    // Also where there is something to do.
    let journal = read(&lab.path("a"), "journal.jsonl");
    let part: String = journal.lines().take(9).map(|line| format!("{line}\n")).collect();
    fs::write(lab.journal("a"), part).unwrap();
    assert_eq!(heard(GRID), "");
}
