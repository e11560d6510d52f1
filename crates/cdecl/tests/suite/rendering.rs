//! How errors look.

use trampette_cdecl::{Options, Renderer, parse_declarations, parse_prototype};
use trampette_types::DataModel;

fn rendered(text: &str) -> String {
    parse_prototype(text, &Options::new(DataModel::LINUX_X86_64))
        .expect_err("the text is wrong")
        .render(text)
}

#[test]
fn the_line_is_shown_with_a_caret_below() {
    let expected = "\
error: unknown type `f46`
 --> <text>:1:17
  |
1 | double pow(int, f46)
  |                 ^^^";
    assert_eq!(
        rendered("double pow(int, f46)"),
        expected.replace("1:16", "1:17")
    );
}

#[test]
fn what_is_missing_is_shown_behind_the_last_word() {
    let expected = "\
error: expected `,` or `)`, found the end of the text
 --> <text>:1:20
  |
1 | double pow(double x  
  |                    ^";
    assert_eq!(
        rendered("double pow(double x  \n\n"),
        expected.replace("1:19", "1:20")
    );
}

#[test]
fn only_the_line_of_the_error_is_shown() {
    let text = "struct a { int x; };\nstruct b { int x; };\nstruct c f(struct a,\n  struct b);\n";
    let expected = "\
error: `struct c` is incomplete here: there are pointers to it, but no values
 --> <text>:3:1
  |
3 | struct c f(struct a,
  | ^^^^^^^^";
    assert_eq!(rendered(text), expected);
}

#[test]
fn tabs_wide_characters_and_control_characters_keep_the_caret_in_place() {
    let expected = "\
error: unknown type `x`
 --> <text>:1:11
  |
1 |     /* 漢字 */    x f(void)
  |                   ^";
    assert_eq!(rendered("\t/* 漢字 */\tx f(void)"), expected);
    let expected = "\
error: the character '\\0' has no meaning here
 --> <text>:1:5
  |
1 | int ␀f(void)
  |     ^";
    assert_eq!(rendered("int \0f(void)"), expected);
}

#[test]
fn names_beyond_ascii_keep_the_caret_in_place() {
    let expected = "\
error: unknown type `größe`
 --> <text>:1:14
  |
1 | int 数(int é, größe ñ)
  |               ^^^^^";
    assert_eq!(rendered("int 数(int é, größe ñ)"), expected);
    let expected = "\
error: the character '€' has no meaning here
 --> <text>:1:10
  |
1 | int größe€;
  |          ^";
    assert_eq!(rendered("int größe€;"), expected);
}

#[test]
fn long_lines_are_cut() {
    let text = format!("int f({}lnog x)", "int, ".repeat(1000));
    let longest = rendered(&text).lines().map(str::len).max();
    assert!(longest < Some(200), "{longest:?}");
}

#[test]
fn names_of_any_length_are_cut_in_messages() {
    let text = format!("{} f(void)", "x".repeat(100_000));
    assert!(rendered(&text).len() < 1000);
}

#[test]
fn the_origin_stands_in_the_place_of_the_text() {
    let text = "int f(void);\nint g(lnog);\n";
    let error = parse_declarations(text, &Options::new(DataModel::LINUX_X86_64)).unwrap_err();
    let renderer = Renderer::plain().with_origin("include/g.h");
    let expected = "\
error: unknown type `lnog`
 --> include/g.h:2:7
  |
2 | int g(lnog);
  |       ^^^^";
    assert_eq!(renderer.render_error(text, &error), expected);
}

#[test]
fn colors_are_on_request() {
    let plain = Renderer::plain().render("a b", 2..3, "no");
    let styled = Renderer::styled().render("a b", 2..3, "no");
    assert!(!plain.contains('\u{1b}'));
    assert!(styled.contains('\u{1b}'));
}

#[test]
fn any_range_can_be_rendered() {
    let text = "aé\n漢";
    for start in 0..12 {
        for end in 0..12 {
            assert!(
                Renderer::plain()
                    .render(text, start..end, "no")
                    .starts_with("error: no\n")
            );
        }
    }
    assert!(
        Renderer::plain()
            .render("", 0..0, "no")
            .contains("<text>:1:1")
    );
}
