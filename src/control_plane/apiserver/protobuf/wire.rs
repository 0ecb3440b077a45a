//! Protobuf's wire format: fields, one after another, each a number and a payload.
//!
//! The real thing: <https://protobuf.dev/programming-guides/encoding>.

/// What a field holds, as far as the bytes tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Payload<'a> {
    /// A number or a truth value.
    Varint(u64),
    /// Eight bytes: of all of Kubernetes, only `double` is written so.
    Fixed64(u64),
    /// Four bytes.
    Fixed32,
    /// Text, bytes, a message, or numbers packed together.
    Bytes(&'a [u8]),
}

/// Goes through the fields of one message. Ends at the first error.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

const CUT: &str = "unexpected end of the protobuf message";

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn field(&mut self) -> Result<(u32, Payload<'a>), String> {
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).unwrap_or(0);
        if number == 0 {
            return Err(format!("illegal tag {} in the protobuf message", key >> 3));
        }
        let payload = match key & 7 {
            0 => Payload::Varint(self.varint()?),
            1 => {
                let bytes = self.take(8)?;
                let bytes = bytes.try_into().expect("eight were taken");
                Payload::Fixed64(u64::from_le_bytes(bytes))
            }
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| CUT)?;
                Payload::Bytes(self.take(length)?)
            }
            5 => {
                self.take(4)?;
                Payload::Fixed32
            }
            other => return Err(format!("illegal wire type {other} in the protobuf message")),
        };
        Ok((number, payload))
    }

    /// A number in groups of seven bits, the lowest first.
    fn varint(&mut self) -> Result<u64, String> {
        let mut value = 0_u64;
        for shift in (0..70).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(CUT)?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a number in the protobuf message is too large".to_owned())
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CUT)?;
        self.rest = rest;
        Ok(taken)
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<(u32, Payload<'a>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// The numbers of a packed list.
pub(super) fn packed(bytes: &[u8]) -> impl Iterator<Item = Result<u64, String>> {
    let mut reader = Reader::new(bytes);
    std::iter::from_fn(move || {
        if reader.rest.is_empty() {
            return None;
        }
        let number = reader.varint();
        if number.is_err() {
            reader.rest = &[];
        }
        Some(number)
    })
}

/// Text, which JSON can only hold as UTF-8.
pub(super) fn text(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes)
        .map_err(|_| "a string in the protobuf message is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_taken_apart() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x1d, 1, 2, 3, 4];
        let fields: Result<Vec<_>, _> = Reader::new(&bytes).collect();
        assert_eq!(
            fields,
            Ok(vec![
                (1, Payload::Varint(150)),
                (2, Payload::Bytes(b"hi")),
                (3, Payload::Fixed32),
            ])
        );
        let minus_one = [0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1];
        assert_eq!(
            Reader::new(&minus_one).next(),
            Some(Ok((1, Payload::Varint(u64::MAX))))
        );
    }

    #[test]
    fn bad_bytes_end_the_message() {
        let table: &[(&str, &[u8], &str)] = &[
            ("no payload", &[0x08], CUT),
            ("cut text", &[0x12, 5, b'h'], CUT),
            ("cut double", &[0x09, 1, 2], CUT),
            (
                "length beyond memory",
                &[0x12, 255, 255, 255, 255, 255, 255, 255, 255, 127],
                CUT,
            ),
            (
                "field 0",
                &[0x00, 1],
                "illegal tag 0 in the protobuf message",
            ),
            (
                "a group",
                &[0x0b],
                "illegal wire type 3 in the protobuf message",
            ),
            (
                "a number without end",
                &[0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
                "a number in the protobuf message is too large",
            ),
        ];
        for (name, bytes, want) in table {
            let fields: Vec<_> = Reader::new(bytes).collect();
            assert_eq!(fields, [Err((*want).to_owned())], "{name}");
        }
    }
}
