/* Times in words, the same as those of `seconds` in trace/summary.py, so that a picture and its caption agree. Both are
   tested with tests/views/seconds.json. */

/** The time to two digits, in the unit people would say it in. @param {number} s */
export function seconds(s) {
  const rounded = s < 10 ? twoDigits(s) : evenly(s);
  if (rounded >= 60) return inMinutes(rounded);
  if (rounded >= 10 || !rounded) return `${rounded || 0} s`;
  if (rounded >= 0.1) return `${rounded.toFixed(rounded >= 1 ? 1 : 2)} s`;
  return rounded >= 0.001 ? `${threeDigits(rounded * 1e3)} ms` : `${threeDigits(rounded * 1e6)} µs`;
}

function inMinutes(s) {
  const minutes = Math.floor(s / 60), rest = s % 60;
  return rest ? `${minutes} min ${rest} s` : `${minutes} min`;
}

const threeDigits = (value) => Number(value.toPrecision(3));

/** Python rounds a value that lies exactly between two to the one with an even last digit: 0.125 to 0.12. */
function twoDigits(value) {
  const exact = (value || 0).toExponential(20).replace(/^(\d\.[02468])50*e/, "$1e");
  return Number(Number(exact).toExponential(1));
}

function evenly(value) {
  const whole = Math.round(value);
  return whole - value === 0.5 && whole % 2 ? whole - 1 : whole;
}
