//! What a training begins with.

use super::settings::Given;
use anyhow::{anyhow, bail};
use nablab::data::Dataset;
use nablab::nn::PerLayer;
use nablab::train::settings::Draft;
use nablab::train::{
    Begin, Checkpoint, LearntFrom, Model, ModelFile, MonitorOptions, TrainingSpec,
};
use std::path::{Path, PathBuf};

/// What a training begins with.
pub enum Start {
    /// With parameters that are drawn.
    Drawn,
    /// With the network of a file.
    Network(Box<ModelFile>, PathBuf),
    /// Where an earlier one ended.
    Training(Box<ModelFile>, Box<Checkpoint>, PathBuf),
}

impl Start {
    /// Reads the file of `--load` or that of `--resume`.
    pub fn of(load: Option<&Path>, resume: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(path) = load {
            return Ok(Self::Network(ModelFile::read(path)?.into(), path.into()));
        }
        let Some(path) = resume else { return Ok(Self::Drawn) };
        let mut file = ModelFile::read(path)?;
        match file.training.take() {
            Some(checkpoint) => Ok(Self::Training(file.into(), checkpoint.into(), path.into())),
            None => bail!(
                "--resume {}: holds a network, but no training that could go on: it was stopped early, or saved by \
                 another program or version; --load begins another one with it",
                path.display()
            ),
        }
    }

    /// The training of a draft, or the one that goes on.
    pub fn spec(
        &self,
        draft: &Draft,
        given: &Given,
        monitors: &MonitorOptions,
        data: &Dataset,
    ) -> anyhow::Result<TrainingSpec> {
        let mut spec = draft.spec(monitors, data);
        match self {
            Self::Drawn => Ok(spec),
            Self::Network(file, _) => {
                begin_with(&mut spec, &file.model, &file.digest);
                if !given.contains("precision") {
                    spec.precision = file.model.precision();
                }
                Ok(spec)
            }
            Self::Training(_, checkpoint, path) => {
                let epochs = given.contains("epochs").then_some(spec.epochs);
                let resumed = checkpoint.spec(epochs, monitors, data);
                resumed.map_err(|problem| anyhow!("--resume {}: {problem}", path.display()))
            }
        }
    }

    /// The file.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Drawn => None,
            Self::Network(_, path) | Self::Training(_, _, path) => Some(path),
        }
    }

    fn file(&self) -> Option<&ModelFile> {
        match self {
            Self::Drawn => None,
            Self::Network(file, _) | Self::Training(file, ..) => Some(file),
        }
    }

    /// The network.
    pub fn model(&self) -> Option<&Model> {
        self.file().map(|file| &file.model)
    }

    /// What it has learnt from.
    pub fn learnt_from(&self) -> LearntFrom {
        self.file().map(|file| file.learnt_from.clone()).unwrap_or_default()
    }

    /// The same for the library.
    pub fn begin(&self) -> Begin<'_> {
        match self {
            Self::Drawn => Begin::Drawn,
            Self::Network(file, _) => Begin::Network(&file.model),
            Self::Training(file, checkpoint, _) => Begin::Checkpoint(&file.model, checkpoint),
        }
    }

    /// The epochs that were trained before.
    pub fn epochs(&self) -> usize {
        match self {
            Self::Drawn | Self::Network(..) => 0,
            Self::Training(_, checkpoint, _) => checkpoint.epochs(),
        }
    }
}

/// Sets what a training takes from the network it begins with.
fn begin_with(spec: &mut TrainingSpec, model: &Model, digest: &str) {
    let architecture = model.architecture();
    let hidden = &architecture.hidden;
    spec.hidden = hidden.iter().map(|layer| layer.kind).collect();
    if !hidden.is_empty() {
        spec.activation = PerLayer::new(hidden.iter().map(|layer| layer.activation).collect());
        spec.dropout = PerLayer::new(hidden.iter().map(|layer| layer.dropout).collect());
    }
    spec.sequence = architecture.sequence;
    (spec.output, spec.cost) = (architecture.output, architecture.cost);
    spec.targets = architecture.targets;
    spec.start = Some(digest.into());
}
