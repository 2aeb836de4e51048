package dev.polyserve;

import java.nio.ByteBuffer;
import java.nio.charset.MalformedInputException;

/// Bytes that have arrived and are not yet consumed: a window that shrinks as bytes are read.
///
/// A stream has no message boundaries, so the window may hold half a message, or three. Consume whole messages (a
/// [Codec] does) and leave the rest: it is offered again with more.
///
/// **Thread**: valid only during the call that it was passed to. Afterwards it may be the input of another connection.
public interface Input {
    /// How many bytes there are.
    int available();

    /// Whether the peer has ended its side: nothing will follow these bytes.
    boolean ended();

    /// The byte at `index` from the start of the window, from 0 to 255, without consuming it.
    ///
    /// @throws IndexOutOfBoundsException when it is not there
    int peek(int index);

    /// The index of the first `value` at or after `from`, or -1.
    int indexOf(byte value, int from);

    /// The index of the first occurrence of the sequence, or -1. A repeated search after more bytes have arrived skips
    /// what was searched before, so a message that arrives byte by byte costs no more than one that arrives at once.
    int indexOf(byte[] sequence);

    /// Consumes `length` bytes into the array.
    ///
    /// @throws IndexOutOfBoundsException when fewer are available
    void read(byte[] into, int offset, int length);

    /// Consumes `length` bytes.
    ///
    /// @throws IndexOutOfBoundsException when fewer are available
    void skip(int length);

    /// The longest frame that the server's options allow: a [Codec] applies it unless it has a limit of its own.
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
