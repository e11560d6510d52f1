//! Definitions as they were before prototypes, in Kernighan and Ritchie's way: `int f(a, b) int a; char *b; { ... }`.

use super::Parser;
use super::specifiers::Place;
use crate::ast::{
    Base, Declaration, Declarator, Declarators, DerivationKind, Function, Name, OldStyle, Parameter,
};
use crate::error::Fault;
use crate::lexer::TokenKind;

impl<'a> Parser<'a> {
    /// The declarations of the parameters of such a definition, if they come next: "each declaration in the
    /// declaration list shall have at least one declarator, those declarators shall declare only identifiers from the
    /// identifier list" (C11 6.9.1, 6). Nothing else stands between parentheses and a brace; and without one of them
    /// a lone name is a type that is unknown.
    #[inline]
    pub(super) fn old_style(&mut self, declarators: &mut Declarators<'a>) -> Result<(), Fault> {
        match self.token.kind {
            TokenKind::Identifier | TokenKind::Keyword(_) => self.declaration_list(declarators),
            _ => Ok(()),
        }
    }

    fn declaration_list(&mut self, declarators: &mut Declarators<'a>) -> Result<(), Fault> {
        let Some(function) = function_of(declarators) else {
            return Ok(());
        };
        let Some(names) = self.identifiers(function) else {
            return Ok(());
        };
        let missing = self.unexpected("`;`");
        let mut declarations = Vec::new();
        while let TokenKind::Identifier | TokenKind::Keyword(_) = self.token.kind {
            declarations.push(self.parameter_declaration()?);
        }
        if !self.is(b'{') {
            return Err(missing);
        }
        function.parameters.clear();
        function.old_style = Some(Box::new(OldStyle {
            names,
            declarations,
        }));
        Ok(())
    }

    fn parameter_declaration(&mut self) -> Result<Declaration<'a>, Fault> {
        let specifiers = self.specifiers(Place::OldParameter)?;
        let mut declarators = Declarators::new();
        self.declarators(&specifiers, Place::OldParameter, &mut declarators)?;
        self.expect(b';', "`;`")?;
        Ok(Declaration {
            specifiers,
            declarators,
            has_body: false,
        })
    }

    /// The names between the parentheses, if nothing else stands there.
    fn identifiers(&self, function: &Function<'a>) -> Option<Vec<Name<'a>>> {
        let has_names = !function.parameters.is_empty() && !function.variadic;
        let names = function.parameters.iter();
        let names = names.map(|parameter| self.identifier(parameter));
        has_names.then(|| names.collect())?
    }

    /// The name that a parameter is, if that is no type's which the text knows.
    fn identifier(&self, parameter: &Parameter<'a>) -> Option<Name<'a>> {
        let (specifiers, declarator) = (&parameter.specifiers, &parameter.declarator);
        let Base::Name(text) = specifiers.base else {
            return None;
        };
        let is_alone = parameter.span == specifiers.span
            && declarator.name.is_none()
            && declarator.derivations.is_empty();
        let name = Name {
            text,
            span: specifiers.span,
        };
        (is_alone && !self.is_typedef(text)).then_some(name)
    }
}

/// The function that the only declarator declares.
fn function_of<'a, 'd>(declarators: &'d mut [Declarator<'a>]) -> Option<&'d mut Function<'a>> {
    let [declarator] = declarators else {
        return None;
    };
    match &mut declarator.derivations.first_mut()?.kind {
        DerivationKind::Function(function) => Some(function),
        _ => None,
    }
}
