package dev.polyserve;

import java.nio.ByteBuffer;
import java.nio.charset.MalformedInputException;

/// Bytes that arrived and were not consumed yet: a window that reading makes smaller.
///
/// A stream has no messages, so the window may hold half of one, or three: take what is whole ([Codec] does), leave the
/// rest, and it is offered again with more.
///
/// **Thread**: valid only during the call it was handed to.
public interface Input {
    /// How many bytes there are.
    int available();

    /// Whether the peer has ended its side: nothing will follow these bytes.
    boolean ended();

    /// The byte at `index` from the start of the window, from 0 to 255, without consuming it.
    ///
    /// @throws IndexOutOfBoundsException when it is not there
    int peek(int index);

    /// Where `value` first stands at or after `from`, or -1.
    int indexOf(byte value, int from);

    /// Where the sequence first stands, or -1. Asked for again when more has arrived, it is not looked for where it was missing
    /// before, so that a message which comes byte by byte costs no more than one that comes at once.
    int indexOf(byte[] sequence);

    /// Consumes `length` bytes into the array.
    ///
    /// @throws IndexOutOfBoundsException when there are not so many
    void read(byte[] into, int offset, int length);

    /// Consumes `length` bytes.
    ///
    /// @throws IndexOutOfBoundsException when there are not so many
    void skip(int length);

    /// The longest frame that the server's options allow: what a [Codec] keeps to unless it was given a limit of its own.
    int maxFrameBytes();

    /// Consumes `length` bytes and returns them.
    default byte[] take(int length) {
        byte[] taken = new byte[length];
        read(taken, 0, length);
        return taken;
    }

    /// Consumes everything as a view without copying, valid during the call.
    ByteBuffer takeAll();

    /// Consumes `length` bytes of UTF-8.
    ///
    /// @throws MalformedInputException when they are not UTF-8
    String takeUtf8(int length) throws MalformedInputException;
}
