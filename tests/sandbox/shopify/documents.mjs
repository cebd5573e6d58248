// Parsing, static checks and variables, with their errors in Shopify's words and codes. One cache per document text.

import {
  GraphQLError,
  Kind,
  coerceInputValue,
  getNamedType,
  isInputType,
  isNonNullType,
  parse,
  specifiedRules,
  typeFromAST,
  validate,
  valueFromAST,
} from 'graphql';
import { isGid } from './ids.mjs';

const CODES = {
  FieldsOnCorrectTypeRule: 'undefinedField',
  KnownArgumentNamesRule: 'argumentNotAccepted',
  ProvidedRequiredArgumentsRule: 'missingRequiredArguments',
  NoUnusedVariablesRule: 'variableNotUsed',
  NoUndefinedVariablesRule: 'variableNotDefined',
  VariablesInAllowedPositionRule: 'variableMismatch',
  ValuesOfCorrectTypeRule: 'argumentLiteralsIncompatible',
  ScalarLeafsRule: 'selectionMismatch',
  KnownTypeNamesRule: 'undefinedType',
  KnownFragmentNamesRule: 'useAndDefineFragment',
  NoUnusedFragmentsRule: 'useAndDefineFragment',
  KnownDirectivesRule: 'undefinedDirective',
  OverlappingFieldsCanBeMergedRule: 'fieldConflict',
  VariablesAreInputTypesRule: 'variableRequiresValidType',
  UniqueVariableNamesRule: 'variableNotUnique',
  UniqueOperationNamesRule: 'uniquelyNamedOperations',
};

const WORDS = {
  undefinedField: (m) => {
    const [, field, type] = /Cannot query field "(.+?)" on type "(.+?)"/.exec(m) ?? [];
    return {
      message: `Field '${field}' doesn't exist on type '${type}'`,
      extra: { typeName: type, fieldName: field },
    };
  },
  argumentNotAccepted: (m) => {
    const [, name, place] = /Unknown argument "(.+?)" on (?:field|directive) "(.+?)"/.exec(m) ?? [];
    const field = place?.split('.').pop();
    return {
      message: `Field '${field}' doesn't accept argument '${name}'`,
      extra: { name: field, typeName: 'Field', argumentName: name },
    };
  },
  missingRequiredArguments: (m) => {
    const [, field, name] = /"(.+?)" argument "(.+?)" of type/.exec(m) ?? [];
    const leaf = field?.split('.').pop();
    return {
      message: `Field '${leaf}' is missing required arguments: ${name}`,
      extra: { className: 'Field', name: leaf, arguments: name },
    };
  },
  variableNotUsed: (m) => {
    const [, name, operation] =
      /Variable "\$(.+?)" is never used(?: in operation "(.+?)")?/.exec(m) ?? [];
    return {
      message: `Variable $${name} is declared by ${operation ?? 'anonymous query'} but not used`,
      extra: { variableName: name },
    };
  },
};

function location(error) {
  return error.locations ? { locations: error.locations } : {};
}

/** Where an error sits: ["query OrderDetail", "order", "foo"]. */
function pathOf(document, error) {
  const target = error.nodes?.[0]?.loc?.start;
  const path = [];
  const walk = (node) => {
    if (target === undefined || !node.loc || target < node.loc.start || target > node.loc.end) {
      return;
    }
    if (node.kind === Kind.OPERATION_DEFINITION) {
      path.push([node.operation, node.name?.value].filter(Boolean).join(' '));
    } else if (node.kind === Kind.FRAGMENT_DEFINITION) {
      path.push(`fragment ${node.name.value}`);
    } else if (node.kind === Kind.FIELD) {
      path.push(node.alias?.value ?? node.name.value);
    }
    node.selectionSet?.selections.forEach(walk);
  };
  document.definitions.forEach(walk);
  return path;
}

function staticErrors(schema, document) {
  const found = [];
  for (const rule of specifiedRules) {
    const code =
      CODES[rule.name] ?? rule.name.replace(/Rule$/, '').replace(/^./, (c) => c.toLowerCase());
    for (const error of validate(schema, document, [rule])) {
      const { message, extra } = WORDS[code]?.(error.message) ?? {
        message: error.message,
        extra: {},
      };
      found.push({
        message,
        ...location(error),
        path: pathOf(document, error),
        extensions: { code, ...extra },
      });
    }
  }
  return found;
}

function prepare(schema, text) {
  let document;
  try {
    document = parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) {
      throw error;
    }
    return {
      errors: [{ message: error.message, ...location(error), extensions: { code: 'PARSE_ERROR' } }],
    };
  }
  // One pass over all rules for the common case; rule by rule only to name the code of a mistake.
  const errors = validate(schema, document, specifiedRules).length
    ? staticErrors(schema, document)
    : null;
  return { document, errors };
}

export class Documents {
  constructor(schema) {
    this.schema = schema;
    this.cache = new Map();
  }

  /** {document, errors}: errors is null when the document is sound. */
  get(text) {
    let found = this.cache.get(text);
    if (!found) {
      found = prepare(this.schema, text);
      if (this.cache.size > 1000) {
        this.cache.clear();
      }
      this.cache.set(text, found);
    }
    return found;
  }

  /** The operation to run, or null. */
  operation(document, name) {
    const all = document.definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION);
    return name
      ? (all.find((d) => d.name?.value === name) ?? null)
      : all.length === 1
        ? all[0]
        : null;
  }

  /** {values} or {errors} in the INVALID_VARIABLE shape. */
  variables(operation, given) {
    const values = {};
    const errors = [];
    for (const definition of operation.variableDefinitions ?? []) {
      const name = definition.variable.name.value;
      const type = typeFromAST(this.schema, definition.type);
      if (!isInputType(type)) {
        continue;
      }
      const problems = this.#coerce(values, definition, type, name, given);
      if (problems.length) {
        errors.push({
          message: `Variable $${name} of type ${type} was provided invalid value${describe(problems)}`,
          locations: [lineOf(definition)],
          extensions: { code: 'INVALID_VARIABLE', value: given[name] ?? null, problems },
        });
      }
    }
    return errors.length ? { errors } : { values };
  }

  #coerce(values, definition, type, name, given) {
    const problems = [];
    if (!Object.hasOwn(given, name)) {
      if (definition.defaultValue) {
        values[name] = valueFromAST(definition.defaultValue, type);
      } else if (isNonNullType(type)) {
        problems.push({ path: [], explanation: 'Expected value to not be null' });
      }
      return problems;
    }
    if (given[name] === null && isNonNullType(type)) {
      return [{ path: [], explanation: 'Expected value to not be null' }];
    }
    values[name] = coerceInputValue(given[name], type, (path, value, error) => {
      problems.push({ path: [...path], explanation: error.message });
    });
    if (getNamedType(type).name === 'ID') {
      for (const id of [values[name]].flat()) {
        if (id != null && !isGid(id)) {
          problems.push({
            path: [],
            explanation: `Invalid global id '${id}'`,
            message: `Invalid global id '${id}'`,
          });
        }
      }
    }
    return problems;
  }
}

function describe(problems) {
  const first = problems.find((p) => p.path.length);
  return first ? ` for ${first.path.join('.')} (${first.explanation})` : '';
}

function lineOf(node) {
  const { line, column } = node.loc.startToken;
  return { line, column };
}
