//! What travelled in which direction is counted part by part, adds up, and becomes a page on which every blank
//! cell says why.

use trampette::{Abi, Signature};
use trampette_fuzz::compiler::builds;
use trampette_fuzz::coverage::{Class, Document, Journey, Journeys, Part};
use trampette_fuzz::judge::Judge;
use trampette_fuzz::mismatch::Direction;

fn parse(text: &str) -> Signature {
    text.parse().unwrap()
}

fn count(journeys: &Journeys, class: Class, part: Part, direction: Direction) -> u64 {
    journeys.count(Journey {
        abi: trampette::ABI,
        class,
        part,
        direction,
    })
}

#[test]
fn a_trial_counts_every_part_of_its_signature() {
    let mut journeys = Journeys::default();
    let signature = parse("(i32, {f64, f64}, ..., f64, f64) -> f32");
    journeys.note(&signature, [Direction::Frame].into_iter());
    let frame = |class, part| count(&journeys, class, part, Direction::Frame);
    assert_eq!(frame(Class::I32, Part::Argument), 1);
    assert_eq!(frame(Class::UpTo16, Part::Argument), 1);
    assert_eq!(frame(Class::Hfa, Part::Argument), 1);
    assert_eq!(frame(Class::F64, Part::Unnamed), 2);
    assert_eq!(frame(Class::F64, Part::Argument), 0);
    assert_eq!(frame(Class::F32, Part::Result), 1);
    assert_eq!(
        count(&journeys, Class::F32, Part::Result, Direction::Callback),
        0
    );
}

#[test]
fn journeys_add_up_and_come_back_from_json() {
    let mut journeys = Journeys::default();
    journeys.note(&parse("win64 (i8) -> i8"), Direction::ALL.into_iter());
    journeys.note(
        &parse("aapcs64 (f64) -> void"),
        [Direction::Relay].into_iter(),
    );
    let text = serde_json::to_string(&journeys).unwrap();
    assert_eq!(serde_json::from_str::<Journeys>(&text).unwrap(), journeys);
    let before = journeys.clone();
    journeys.merge(&before);
    for (journey, count) in before.iter() {
        assert_eq!(journeys.count(journey), 2 * count);
    }
    assert_eq!(
        journeys.abis().collect::<Vec<_>>(),
        [Abi::Win64, Abi::Aapcs64]
    );
    for unknown in ["sysv65", "i9", "middle", "sideways"] {
        let names = ["win64", "i8", "argument", "relay"];
        let at = ["sysv65", "i9", "middle", "sideways"].map(|name| name == unknown);
        let [abi, class, part, direction] =
            std::array::from_fn(|index| if at[index] { unknown } else { names[index] });
        let text = format!(r#"{{"{abi}": {{"{class}": {{"{part}": {{"{direction}": 1}}}}}}}}"#);
        let error = serde_json::from_str::<Journeys>(&text).unwrap_err();
        assert!(error.to_string().contains(unknown), "{error}");
    }
}

#[test]
fn the_judge_tells_which_directions_it_tried() {
    let judge = Judge::new(builds()[..1].to_vec());
    let verdict = judge.prove(&[parse("(f64) -> f64"), parse("(i32, ..., f64) -> {i8}")]);
    let journeys = verdict.unwrap().journeys;
    for direction in Direction::ALL {
        let result = count(&journeys, Class::F64, Part::Result, direction);
        assert_eq!(result, 1, "{direction:?}");
        let unnamed = count(&journeys, Class::F64, Part::Unnamed, direction);
        let is_tried = direction != Direction::Typed;
        assert_eq!(unnamed, u64::from(is_tried), "{direction:?}");
    }
}

#[test]
fn every_blank_cell_of_a_page_has_a_reason() {
    let mut journeys = Journeys::default();
    journeys.note(&parse("(f64) -> f64"), [Direction::Frame].into_iter());
    let page = Document {
        journeys: &journeys,
        left_out: &[],
    };
    let page = page.to_string();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
    assert_eq!(rows.len(), 1 + Class::all().count(), "{page}");
    let reasons: Vec<(&str, &str)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("- ")?.split_once(": "))
        .collect();
    assert!(reasons.iter().all(|(_, why)| !why.is_empty()), "{page}");
    let (mut blank, mut numbers) = (0, 0);
    for row in &rows[1..] {
        for cell in row.trim_matches('|').split('|').skip(1).map(str::trim) {
            match cell.parse::<u64>() {
                Ok(_) => numbers += 1,
                Err(_) => {
                    blank += 1;
                    assert!(reasons.iter().any(|(letter, _)| *letter == cell), "{cell}");
                }
            }
        }
    }
    assert_eq!(
        (numbers, blank),
        (2, 12 * Class::all().count() - 2),
        "{page}"
    );
    let promoted = reasons.iter().find(|(_, why)| why.contains("`f32`"));
    assert!(
        promoted.is_some_and(|(_, why)| why.contains("double")),
        "{page}"
    );
}
