//! How many different hashes there were, estimated in 8 KB.
//!
//! A HyperLogLog sketch: each of 8,192 registers remembers the longest run of zeros in its share of the
//! hashes. The estimator is Otmar Ertl's ("New cardinality estimation algorithms for HyperLogLog sketches",
//! 2017), which needs no table of corrections. The standard error is 1.04 / sqrt(8192), 1.15 %.

const BITS: u32 = 13;
const REGISTERS: usize = 1 << BITS;
const LONGEST: usize = 64 - BITS as usize + 1;

#[derive(Debug)]
pub(super) struct Distinct {
    registers: Vec<u8>,
}

impl Distinct {
    pub(super) fn new() -> Distinct {
        Distinct {
            registers: vec![0; REGISTERS],
        }
    }

    pub(super) fn add(&mut self, hash: u64) {
        // The bit that is set behind the hash ends a run that would otherwise never end.
        let run = (hash << BITS | 1 << (BITS - 1)).leading_zeros() + 1;
        if let Some(register) = self.registers.get_mut((hash >> (64 - BITS)) as usize) {
            *register = (*register).max(run as u8);
        }
    }

    pub(super) fn estimate(&self) -> u64 {
        let mut runs = [0_u32; LONGEST + 1];
        for &run in &self.registers {
            runs[usize::from(run).min(LONGEST)] += 1;
        }
        let registers = REGISTERS as f64;
        let mut sum = registers * tau(1.0 - f64::from(runs[LONGEST]) / registers);
        for &count in runs[1..LONGEST].iter().rev() {
            sum = 0.5 * (sum + f64::from(count));
        }
        sum += registers * sigma(f64::from(runs[0]) / registers);
        (registers * registers / (2.0 * std::f64::consts::LN_2 * sum)).round() as u64
    }
}

fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut factor, mut sum) = (1.0, x);
    loop {
        x *= x;
        let before = sum;
        sum += x * factor;
        factor += factor;
        if sum == before {
            return sum;
        }
    }
}

fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut factor, mut sum) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = sum;
        factor *= 0.5;
        sum -= (1.0 - x) * (1.0 - x) * factor;
        if sum == before {
            return sum / 3.0;
        }
    }
}
