/** What an expression is worked out with: numbers as they are written, and what may be done with them. */
export interface Arithmetic<Value> {
  /** @param digits such as `12.5` or `1e9` */
  number(digits: string): Value;
  /** `undefined` where there is no such constant. */
  constant(name: string): Value | undefined;
  /** @throws Error that says what is the matter with the operands */
  operate(operator: '+' | '-' | '*' | '/' | '%' | '^', left: Value, right: Value): Value;
  negate(value: Value): Value;
  factorial(value: Value): Value;
  /** @throws Error where there is no such function, or it cannot take these arguments */
  call(name: string, args: readonly Value[]): Value;
  /** Whether a function takes one argument, and may have more. */
  takesOne(name: string): boolean;
}

type Operator = Parameters<Arithmetic<never>['operate']>[0];

/** Signs that are written for an operator. */
const operators: Readonly<Record<string, Operator>> = {
  '+': '+',
  '-': '-',
  '−': '-',
  '–': '-',
  '*': '*',
  '×': '*',
  '·': '*',
  '⋅': '*',
  '∗': '*',
  '/': '/',
  '÷': '/',
  '%': '%',
  '^': '^',
  '**': '^',
};

const tokens =
  /\s*(?:(\d[\d_]*(?:\.[\d_]*)?(?:e[+-]?\d+)?|\.\d[\d_]*(?:e[+-]?\d+)?)|([a-z]\w*|[πτ√])|(\*\*|[-+−–*×·⋅∗/÷%^!(),]))/iy;

/** What follows a number whose comma divides thousands. */
const thousands = /(?:,\d{3})+(?![\d,])(?:\.\d+)?/y;

interface Token {
  kind: 'number' | 'name' | 'sign' | 'end';
  text: string;
}

/**
 * Works out an arithmetic expression while it reads it, so that its work is bounded by its length.
 *
 * Expression-1. `^` is stronger than a sign before it, and is read from the right: -2^2 is -4, 2^3^2 is 512.
 * Expression-2. Directly inside of a function's brackets a comma divides arguments; elsewhere it divides thousands. What could be either is an error.
 * Expression-3. `%` is the remainder, and never read where it may be per cent: before a sign, `of`, an operator or the end.
 *
 * @throws Error that says what was expected, and what came
 */
export function workOut<Value>(expression: string, arithmetic: Arithmetic<Value>): Value {
  return new Reader(expression, arithmetic).whole();
}

class Reader<Value> {
  #at = 0;
  #inCall = false;
  #token: Token;

  constructor(
    readonly text: string,
    readonly arithmetic: Arithmetic<Value>,
  ) {
    this.#token = this.#read();
  }

  whole(): Value {
    const value = this.#sum();
    if (this.#token.kind !== 'end') throw this.#expected('an operator');
    return value;
  }

  #sum(): Value {
    let value = this.#product();
    for (let operator = this.#operator('+', '-'); operator; operator = this.#operator('+', '-')) {
      value = this.arithmetic.operate(operator, value, this.#product());
    }
    return value;
  }

  #product(): Value {
    let value = this.#signed();
    for (let operator = this.#operator('*', '/', '%'); operator; operator = this.#operator('*', '/', '%')) {
      if (operator === '%' && !this.#beginsValue()) {
        throw new Error(
          '`%` is the remainder of a division: for per cent divide by 100, for a remainder of a signed number write mod(7, -3)',
        );
      }
      value = this.arithmetic.operate(operator, value, this.#signed());
    }
    return value;
  }

  #signed(): Value {
    const operator = this.#operator('+', '-');
    if (operator === undefined) return this.#power();
    const value = this.#signed();
    return operator === '-' ? this.arithmetic.negate(value) : value;
  }

  #power(): Value {
    let value = this.#single();
    while (this.#take('!')) value = this.arithmetic.factorial(value);
    return this.#operator('^') === undefined ? value : this.arithmetic.operate('^', value, this.#signed());
  }

  #single(): Value {
    const { kind, text } = this.#token;
    if (kind === 'number') {
      this.#next();
      return this.arithmetic.number(text);
    }
    if (kind === 'name') return this.#named(text);
    const before = this.#inCall;
    if (!this.#take('(', { inCall: false })) throw this.#expected('a number, a function or `(`');
    const value = this.#sum();
    this.#close(before);
    return value;
  }

  #named(name: string): Value {
    const before = this.#inCall;
    const from = this.#at;
    this.#next();
    // Expression-1: a root is as strong as a function.
    if (name === '√' && !this.#isNext('(')) return this.arithmetic.call('sqrt', [this.#single()]);
    if (!this.#isNext('(')) {
      const value = this.arithmetic.constant(name);
      if (value === undefined) throw new Error(`there is no \`${name}\`: variables are not known`);
      return value;
    }
    this.#take('(', { inCall: true });
    const args: Value[] = [];
    if (!this.#isNext(')')) {
      do args.push(this.#sum());
      while (this.#take(','));
    }
    this.#assertClear(name, this.text.slice(from, this.#at).trim(), args.length);
    this.#close(before);
    return this.arithmetic.call(name === '√' ? 'sqrt' : name, args);
  }

  /** @param brackets with what stands in them @throws Error where a comma in them may divide thousands as well */
  #assertClear(name: string, brackets: string, count: number): void {
    if (count < 2) return;
    const inside = withoutBrackets(brackets.slice(1, -1));
    const [tight] = /(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d|,\d)(?:\.\d+)?/.exec(inside) ?? [];
    if (tight === undefined) return;
    const isAlone = tight === inside.trim() && this.arithmetic.takesOne(name);
    if (!isAlone && !/,\s/.test(inside)) return;
    const [one, several] = ['', ', '].map((comma) => tight.replaceAll(',', comma));
    throw new Error(
      `\`${tight}\` in the brackets of \`${name}\` may be one number or several: write ${one}, or ${several}`,
    );
  }

  #close(inCall: boolean): void {
    if (!this.#isNext(')')) throw this.#expected('`)`');
    // What follows is read as what stands outside.
    this.#inCall = inCall;
    this.#next();
  }

  #take(sign: string, { inCall = this.#inCall } = {}): boolean {
    if (!this.#isNext(sign)) return false;
    this.#inCall = inCall;
    this.#next();
    return true;
  }

  #isNext(sign: string): boolean {
    return this.#token.kind === 'sign' && this.#token.text === sign;
  }

  #operator(...wanted: readonly Operator[]): Operator | undefined {
    const operator = this.#token.kind === 'sign' ? operators[this.#token.text] : undefined;
    if (operator === undefined || !wanted.includes(operator)) return undefined;
    this.#next();
    return operator;
  }

  #beginsValue(): boolean {
    const { kind, text } = this.#token;
    return kind === 'number' || (kind === 'name' && text.toLowerCase() !== 'of') || text === '(';
  }

  #next(): void {
    this.#token = this.#read();
  }

  #read(): Token {
    if (this.text.slice(this.#at).trim() === '') return { kind: 'end', text: '' };
    tokens.lastIndex = this.#at;
    const [whole, number, name, sign] = tokens.exec(this.text) ?? [];
    if (whole === undefined) {
      const found = /\s*(.)/su.exec(this.text.slice(this.#at))?.[1];
      throw new Error(`\`${found}\` is nothing that can be worked out`);
    }
    this.#at += whole.length;
    if (number !== undefined) return { kind: 'number', text: this.#digits(number).replaceAll('_', '') };
    return name === undefined ? { kind: 'sign', text: sign ?? '' } : { kind: 'name', text: name };
  }

  /** The whole number, where its thousands are divided by commas. */
  #digits(number: string): string {
    const from = this.#at - number.length;
    if (this.#inCall) {
      if (/^0\d/.test(number) && this.text[from - 1] === ',') {
        const written = /\d*$/.exec(this.text.slice(0, from - 1))?.[0] ?? '';
        throw new Error(
          `inside of a function's brackets a comma divides its arguments: write ${written}${number}, not ${written},${number}`,
        );
      }
      return number;
    }
    if (this.text[this.#at] !== ',') return number;
    thousands.lastIndex = this.#at;
    const more = /^\d{1,3}$/.test(number) ? thousands.exec(this.text)?.[0] : undefined;
    if (more === undefined) {
      const written = /^[\d.,_]+/.exec(this.text.slice(from))?.[0];
      throw new Error(`a comma divides thousands, and a point the decimals: \`${written}\` is neither`);
    }
    this.#at += more.length;
    return number + more.replaceAll(',', '');
  }

  #expected(what: string): Error {
    const { kind, text } = this.#token;
    return new Error(`expected ${what}, got ${kind === 'end' ? 'its end' : `\`${text}\``}`);
  }
}

/** A text without what stands in brackets, however deep they are. */
function withoutBrackets(text: string): string {
  let depth = 0;
  return text.replaceAll(/[()]|[^()]+/g, (piece) => {
    if (piece === '(') depth += 1;
    else if (piece === ')') depth -= 1;
    else if (depth === 0) return piece;
    return '';
  });
}
