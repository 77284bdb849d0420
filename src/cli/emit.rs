use super::shell_word;
use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum, value_parser};
use nablab::sweep::SweepDirectory;
use nablab::text::plain;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Print a job script that runs a sweep on many machines
///
/// The directory must be one that all machines see, and hold the sweep: `nablab sweep … --out DIR
/// --freeze` writes it. Every share keeps a journal of its own there; a share that is killed goes on
/// when it is run again; the last one to end makes the CSV files complete.
#[derive(Debug, Args)]
pub struct Arguments {
    /// What will run it
    #[arg(value_enum)]
    engine: Engine,
    /// The directory of the sweep
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// The number of shares
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = value_parser!(u32).range(1..))]
    shards: u32,
    /// Cores for each share
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    cores: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Engine {
    /// A job array of SLURM: nablab emit slurm DIR | sbatch
    Slurm,
    /// An array of HyperQueue: nablab emit hq DIR | bash
    Hq,
    /// GNU parallel on this machine: nablab emit parallel DIR | bash
    Parallel,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // A directory without a sweep would only be found out by the jobs.
    SweepDirectory::new(&arguments.directory).spec()?;
    let absolute = |path: &Path| path.canonicalize().context(path.display().to_string());
    let directory = absolute(&arguments.directory)?;
    let program = std::env::current_exe().context("the path of this program")?;
    let utf8 = |path: &Path| match path.to_str() {
        Some(_) => Ok(shell_word(path)),
        None => Err(anyhow!("{}: expected a path in UTF-8, as scripts are", path.display())),
    };
    let (program, path) = (utf8(&program)?, utf8(&directory)?);
    // In a comment a line break would begin a command.
    let look = plain(&format!("{program} status {path}")).into_owned();
    let Arguments { shards, cores, .. } = arguments;
    let sweep = format!("{program} sweep {path}");
    let name = directory.file_name().map_or("sweep".into(), |name| name.to_string_lossy());
    // A name is no place for what a shell or a scheduler may understand.
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    let script = match arguments.engine {
        Engine::Slurm => format!(
            "#!/bin/bash\n\
             #SBATCH --job-name=nablab-{name}\n\
             #SBATCH --array=1-{shards}\n\
             #SBATCH --cpus-per-task={cores}\n\
             #SBATCH --requeue\n\
             #SBATCH --open-mode=append\n\
             #SBATCH --output=nablab-{name}-%a.log\n\
             # Submit with sbatch; look with: {look}\n\
             exec {sweep} --shard slurm --jobs {cores}\n"
        ),
        Engine::Hq => format!(
            "#!/bin/bash\n\
             # Needs a running HyperQueue server; look with: {look}\n\
             hq submit --name nablab-{name} --array 1-{shards} --cpus {cores} -- \\\n  \
             {sweep} --shard hq/{shards} --jobs {cores}\n"
        ),
        Engine::Parallel => format!(
            "#!/bin/bash\n\
             # Run again, it tries what has failed; add --sshlogin for more machines that see the \
             directory.\n\
             log={path}/parallel.log\n\
             # After a first run only what failed, or was not begun.\n\
             if [ -e \"$log\" ]; then again=--resume-failed; else again=; fi\n\
             seq {shards} | parallel --quote $again --joblog \"$log\" --jobs \"${{JOBS:-$(( ($(nproc) + \
             {cores} - 1) / {cores} ))}}\" \\\n  \
             {sweep} --shard {{}}/{shards} --jobs {cores}\n"
        ),
    };
    write!(std::io::stdout(), "{script}")?;
    Ok(())
}
