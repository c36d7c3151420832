//! What the Dockerfile says, as far as it is asked.

const DOCKERFILE: &str = include_str!("../../Dockerfile");

/// One stage: its base, and its instructions with their words, continued lines joined.
pub(crate) struct Stage {
    pub(crate) from: String,
    name: String,
    instructions: Vec<(String, String)>,
}

impl Stage {
    /// The image itself.
    pub(crate) fn last() -> Self {
        stages().pop().unwrap()
    }

    pub(crate) fn named(name: &str) -> Self {
        let found = stages().into_iter().find(|stage| stage.name == name);
        found.unwrap_or_else(|| panic!("no stage {name}"))
    }

    /// What stands behind each instruction of this name.
    pub(crate) fn all(&self, instruction: &str) -> Vec<&str> {
        let found = self
            .instructions
            .iter()
            .filter(|(name, _)| name == instruction);
        found.map(|(_, rest)| rest.as_str()).collect()
    }

    pub(crate) fn one(&self, instruction: &str) -> &str {
        let [one] = self.all(instruction)[..] else {
            panic!("not one {instruction}");
        };
        one
    }

    /// The command of an instruction in its form without a shell, which the image hasn't.
    pub(crate) fn words(&self, instruction: &str) -> Vec<String> {
        let rest = self.one(instruction);
        serde_json::from_str(&rest[rest.find('[').unwrap()..]).unwrap()
    }

    pub(crate) fn label(&self, key: &str) -> String {
        let labels = self.one("LABEL");
        let value = labels.split_once(&format!("{key}=\"")).unwrap().1;
        value.split('"').next().unwrap().to_owned()
    }
}

fn stages() -> Vec<Stage> {
    let lines = DOCKERFILE.lines().filter(|line| !line.starts_with('#'));
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let mut stages = Vec::<Stage>::new();
    for line in joined.lines().filter(|line| !line.trim().is_empty()) {
        let (instruction, rest) = line.split_once(' ').unwrap();
        let words: Vec<&str> = rest.split_whitespace().collect();
        match (instruction, stages.last_mut()) {
            ("FROM", _) => stages.push(Stage {
                from: words[0].to_owned(),
                name: words.get(2).copied().unwrap_or_default().to_owned(),
                instructions: Vec::new(),
            }),
            (_, Some(stage)) => {
                let instruction = (instruction.to_owned(), words.join(" "));
                stage.instructions.push(instruction);
            }
            (_, None) => panic!("{line} before a FROM"),
        }
    }
    stages
}
