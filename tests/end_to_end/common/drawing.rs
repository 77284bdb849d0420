//! Digits of MNIST, drawn as people draw and photograph theirs.

use super::line::Line;

/// A picture in colours with opacities.
pub struct Canvas {
    pub size: [u32; 2],
    pub pixels: Vec<[u8; 4]>,
}

/// A way to draw.
pub struct Way {
    pub name: &'static str,
    /// With noise, as a photo has it.
    pub noisy: bool,
    /// The picture of a digit, by its 28 x 28 pixels and a number for the noise.
    pub draw: fn(&[u8], u64) -> Canvas,
}

/// A digit as a shape of any size: a pen has gone where it is dark.
pub(super) struct Shape<'a> {
    pixels: &'a [u8],
    /// The first column and row of its box, and the first ones behind.
    bounds: [[f64; 2]; 2],
}

impl<'a> Shape<'a> {
    pub(super) fn of(pixels: &'a [u8]) -> Self {
        let (mut first, mut end) = ([28; 2], [0; 2]);
        for (i, _) in pixels.iter().enumerate().filter(|(_, pixel)| **pixel > 0) {
            let at = [i % 28, i / 28];
            for axis in 0..2 {
                first[axis] = first[axis].min(at[axis]);
                end[axis] = end[axis].max(at[axis] + 1);
            }
        }
        Self { pixels, bounds: [first, end].map(|at| at.map(|i| i as f64)) }
    }

    /// The shade at a place between the middles of pixels, from 0 to 1.
    fn shade(&self, x: f64, y: f64) -> f64 {
        let pixel = |x: f64, y: f64| match (0.0..28.0).contains(&x) && (0.0..28.0).contains(&y) {
            true => f64::from(self.pixels[y as usize * 28 + x as usize]) / 255.0,
            false => 0.0,
        };
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, above) = (x.floor(), y.floor());
        let (right, down) = (x - left, y - above);
        let row = |y: f64| (1.0 - right) * pixel(left, y) + right * pixel(left + 1.0, y);
        (1.0 - down) * row(above) + down * row(above + 1.0)
    }

    /// The darkest of the nine pixels around a place.
    fn darkest_near(&self, x: f64, y: f64) -> f64 {
        let around = |i: f64| (i as usize).saturating_sub(1)..(i.max(0.0) as usize + 2).min(28);
        let pixels = around(y).flat_map(|row| around(x).map(move |column| 28 * row + column));
        f64::from(pixels.map(|i| self.pixels[i]).max().unwrap_or(0)) / 255.0
    }

    /// How much of a pixel of a picture is ink, `scale` of which are one of the digit: sharp, with an edge of about a pixel.
    /// A pen is the thinner, the darker a place must be to be reached by it.
    pub(super) fn ink(&self, [x, y]: [f64; 2], scale: f64, reached: f64) -> f64 {
        let steep = (scale / 1.5).max(1.0);
        // Strokes that are pale in MNIST are as dark as others here.
        let darkest = self.darkest_near(x, y).max(0.4);
        ((self.shade(x, y) / darkest - reached) * steep + 0.5).clamp(0.0, 1.0)
    }
}

/// Numbers from 0 to 1, the same every time.
fn uniform(seed: u64, place: u64) -> f64 {
    // SplitMix64 (Steele, Lea and Flood 2014).
    let mut z = (seed << 32 ^ place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// About normally distributed: twelve uniform numbers.
fn normal(seed: u64, place: u64) -> f64 {
    (0..12).map(|i| uniform(seed, 12 * place + i)).sum::<f64>() - 6.0
}

type Colour = [f64; 3];
const WHITE: Colour = [255.0; 3];
const BLACK: Colour = [0.0; 3];

/// A drawing of one digit.
struct Drawing {
    size: [u32; 2],
    /// Where the left upper corner of the digit's 28 x 28 pixels stands.
    at: [f64; 2],
    /// Pixels of the picture to one of the digit.
    scale: f64,
    /// How dark a pixel of the digit is where the pen's edge goes.
    reached: f64,
    ink: Colour,
    paper: Colour,
}

impl Default for Drawing {
    fn default() -> Self {
        Self { size: [280; 2], at: [0.0; 2], scale: 10.0, reached: 0.5, ink: BLACK, paper: WHITE }
    }
}

impl Drawing {
    /// Drawn pixel by pixel: `light` falls on a place (x and y from 0 to 1), and each pixel is off by `noise`.
    fn draw(
        &self,
        digit: &[u8],
        light: impl Fn(f64, f64) -> f64,
        noise: impl Fn(u64) -> f64,
    ) -> Canvas {
        let shape = Shape::of(digit);
        let [width, height] = self.size;
        let pixel = |i: u32| {
            let [x, y] = [i % width, i / width].map(|i| f64::from(i) + 0.5);
            let in_digit = [(x - self.at[0]) / self.scale, (y - self.at[1]) / self.scale];
            let ink = shape.ink(in_digit, self.scale, self.reached);
            let light = light(x / f64::from(width), y / f64::from(height));
            let noise = noise(i.into());
            let mut pixel = [255; 4];
            for (channel, (ink_is, paper_is)) in self.ink.iter().zip(self.paper).enumerate() {
                let shade = light * (ink * ink_is + (1.0 - ink) * paper_is) + noise;
                pixel[channel] = shade.round().clamp(0.0, 255.0) as u8;
            }
            pixel
        };
        Canvas { size: self.size, pixels: (0..width * height).map(pixel).collect() }
    }

    fn plain(&self, digit: &[u8]) -> Canvas {
        self.draw(digit, |_, _| 1.0, |_| 0.0)
    }

    /// Ink on nothing.
    fn transparent(&self, digit: &[u8]) -> Canvas {
        let cover = Self { ink: WHITE, paper: BLACK, ..*self }.plain(digit);
        let ink = self.ink.map(|shade| shade as u8);
        let pixel = |&[alpha, ..]: &[u8; 4]| [ink[0], ink[1], ink[2], alpha];
        Canvas { size: self.size, pixels: cover.pixels.iter().map(pixel).collect() }
    }
}

/// The pixels of MNIST themselves, other shades for 0 and 255.
fn pixels(digit: &[u8], shade: impl Fn(u8) -> u8) -> Canvas {
    let pixel = |&pixel: &u8| [shade(pixel), shade(pixel), shade(pixel), 255];
    Canvas { size: [28; 2], pixels: digit.iter().map(pixel).collect() }
}

/// Cut to the box of the digit.
fn tight(digit: &[u8], scale: f64) -> Drawing {
    let [first, end] = Shape::of(digit).bounds;
    let size = [0, 1].map(|axis| ((end[axis] - first[axis]) * scale) as u32);
    Drawing { size, scale, at: first.map(|i| -i * scale), ..Drawing::default() }
}

/// Pixels within a box other than those within another one change their colour.
fn ring(canvas: &mut Canvas, outer: [u32; 4], inner: [u32; 4], colour: [u8; 4]) {
    let is_in = |[left, above, right, below]: [u32; 4], x, y| {
        (left..right).contains(&x) && (above..below).contains(&y)
    };
    let width = canvas.size[0];
    for (i, pixel) in canvas.pixels.iter_mut().enumerate() {
        let (x, y) = (i as u32 % width, i as u32 / width);
        if is_in(outer, x, y) && !is_in(inner, x, y) {
            *pixel = colour;
        }
    }
}

/// Two pictures of one height, side by side, in uneven light and with noise if so.
pub fn beside(left: &Canvas, right: &Canvas, photo: Option<u64>) -> Canvas {
    let [a, b] = [left, right].map(|canvas| canvas.size[0] as usize);
    let rows = left.pixels.chunks(a).zip(right.pixels.chunks(b));
    let mut pixels: Vec<[u8; 4]> = rows.flat_map(|(left, right)| [left, right].concat()).collect();
    if let Some(seed) = photo {
        for (i, pixel) in pixels.iter_mut().enumerate() {
            let light = 0.9 - 0.4 * (i % (a + b)) as f64 / (a + b) as f64;
            let noise = 10.0 * normal(seed, i as u64);
            for shade in &mut pixel[..3] {
                *shade = (light * f64::from(*shade) + noise).round().clamp(0.0, 255.0) as u8;
            }
        }
    }
    Canvas { size: [left.size[0] + right.size[0], left.size[1]], pixels }
}

const GREY: Colour = [190.0; 3];

/// By a round brush in a paint program, black on 400 x 300 pixels, away from the middle.
pub fn painted(digit: &[u8]) -> Canvas {
    Line::of(digit).by_brush([400, 300], 8.0, [150.0, 20.0], 14.0)
}

/// Black on white, of 280 x 280 pixels.
pub const LARGE: Way = Way {
    name: "ten times as large",
    noisy: false,
    draw: |digit, _| Drawing::default().plain(digit),
};

/// All the ways.
pub const WAYS: [Way; 25] = [
    Way { name: "as MNIST has it", noisy: false, draw: |digit, _| pixels(digit, |shade| shade) },
    Way { name: "inverted", noisy: false, draw: |digit, _| pixels(digit, |shade| 255 - shade) },
    LARGE,
    Way {
        name: "in a corner",
        noisy: false,
        draw: |digit, _| {
            Drawing { scale: 5.0, at: [130.0, -8.0], ..Drawing::default() }.plain(digit)
        },
    },
    Way {
        name: "small",
        noisy: false,
        draw: |digit, _| {
            Drawing { scale: 1.7, at: [115.3, 130.8], ..Drawing::default() }.plain(digit)
        },
    },
    Way { name: "cut to its box", noisy: false, draw: |digit, _| tight(digit, 8.0).plain(digit) },
    Way {
        name: "cut to its box, of 28 pixels",
        noisy: false,
        draw: |digit, _| tight(digit, 1.4).plain(digit),
    },
    Way {
        name: "on a wide canvas",
        noisy: false,
        draw: |digit, _| {
            Drawing { size: [640, 180], scale: 6.0, at: [370.0, 5.0], ..Drawing::default() }
                .plain(digit)
        },
    },
    Way {
        name: "dark grey on grey paper",
        noisy: false,
        draw: |digit, _| Drawing { ink: [60.0; 3], paper: GREY, ..Drawing::default() }.plain(digit),
    },
    Way {
        name: "in a shadow that grows",
        noisy: false,
        draw: |digit, _| {
            let drawing = Drawing { ink: [50.0; 3], ..Drawing::default() };
            drawing.draw(digit, |x, y| 0.95 - 0.35 * x - 0.2 * y, |_| 0.0)
        },
    },
    Way {
        name: "under a lamp",
        noisy: false,
        draw: |digit, _| {
            let drawing = Drawing { ink: [50.0; 3], ..Drawing::default() };
            let light = |x: f64, y: f64| 0.95 - 0.7 * ((x - 0.4).powi(2) + (y - 0.6).powi(2));
            drawing.draw(digit, light, |_| 0.0)
        },
    },
    Way {
        name: "in faint pencil",
        noisy: false,
        draw: |digit, _| {
            Drawing { ink: [195.0; 3], paper: [240.0; 3], ..Drawing::default() }.plain(digit)
        },
    },
    Way {
        name: "with a thick pen",
        noisy: false,
        draw: |digit, _| Drawing { reached: 0.2, ..Drawing::default() }.plain(digit),
    },
    Way {
        name: "with a thin pen",
        noisy: false,
        draw: |digit, _| Drawing { reached: 0.75, ..Drawing::default() }.plain(digit),
    },
    Way {
        name: "in pencil of 1 pixel, of 500",
        noisy: false,
        draw: |digit, _| Line::of(digit).in_pencil([500; 2], 17.0, [10.0, 15.0]),
    },
    Way {
        name: "with a brush of 4 pixels, of 400",
        noisy: false,
        draw: |digit, _| Line::of(digit).by_brush([400; 2], 10.0, [70.0, 65.0], 4.0),
    },
    Way {
        name: "with a brush too thick",
        noisy: false,
        draw: |digit, _| Line::of(digit).by_brush([400; 2], 12.0, [35.0, 35.0], 40.0),
    },
    Way {
        name: "white on transparent",
        noisy: false,
        draw: |digit, _| Drawing { ink: WHITE, ..Drawing::default() }.transparent(digit),
    },
    Way {
        name: "yellow on transparent",
        noisy: false,
        draw: |digit, _| {
            Drawing { ink: [255.0, 220.0, 0.0], scale: 4.0, at: [20.0, 90.0], ..Drawing::default() }
                .transparent(digit)
        },
    },
    Way {
        name: "blue on yellow paper",
        noisy: false,
        draw: |digit, _| {
            Drawing { ink: [20.0, 40.0, 200.0], paper: [250.0, 235.0, 120.0], ..Drawing::default() }
                .plain(digit)
        },
    },
    Way {
        name: "in a frame",
        noisy: false,
        draw: |digit, _| {
            let mut canvas =
                Drawing { size: [320; 2], at: [20.0; 2], ..Drawing::default() }.plain(digit);
            ring(&mut canvas, [9, 9, 311, 311], [13, 13, 307, 307], [0, 0, 0, 255]);
            canvas
        },
    },
    Way {
        name: "on paper on a dark table",
        noisy: false,
        draw: |digit, _| {
            let mut canvas =
                Drawing { size: [360; 2], at: [40.0; 2], ..Drawing::default() }.plain(digit);
            ring(&mut canvas, [0, 0, 360, 360], [30, 30, 330, 330], [70, 50, 30, 255]);
            canvas
        },
    },
    Way {
        name: "chalk on a board, of 512 pixels",
        noisy: false,
        draw: |digit, _| {
            let (ink, paper) = ([235.0; 3], [30.0, 70.0, 50.0]);
            Drawing {
                size: [512; 2],
                scale: 14.0,
                at: [60.0, 90.0],
                ink,
                paper,
                ..Drawing::default()
            }
            .plain(digit)
        },
    },
    Way {
        name: "a photo with noise",
        noisy: true,
        draw: |digit, seed| {
            let drawing = Drawing {
                ink: [60.0; 3],
                paper: [210.0; 3],
                scale: 7.0,
                at: [50.0, 30.0],
                ..Drawing::default()
            };
            drawing.draw(digit, |x, y| 1.0 - 0.3 * x - 0.1 * y, |i| 12.0 * normal(seed, i))
        },
    },
    Way {
        name: "a small photo with noise",
        noisy: true,
        draw: |digit, seed| {
            let drawing = Drawing {
                size: [64; 2],
                ink: [40.0; 3],
                paper: [200.0; 3],
                scale: 1.8,
                at: [4.0, 9.0],
                ..Drawing::default()
            };
            drawing.draw(digit, |_, _| 1.0, |i| 15.0 * normal(seed, i))
        },
    },
];
