package dev.polyserve;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One client's connection as a [Handler] sees it: reads that wait, writes that are collected.
///
/// Every read first sends what was written (stdio's rule), then waits for the peer, within the server's time limits and
/// [#readTimeout]. What one read leaves stays for the next, whichever kind it is.
///
/// **Thread**: the handler's own, or one it has handed the connection to and waits for; never two at once. Others use [#sender].
///
/// **Errors**: [ConnectionException] when the connection is over (reset, time limit, stop); [TimedOutException] when
/// [#readTimeout] passed, after which the connection can be used as before.
public interface Connection extends Output {
    /// Reads at least one byte, as many as there are.
    ///
    /// @return how many, or -1 at the end of input
    int read(byte[] into, int offset, int length) throws IOException;

    /// Reads at least one byte, as many as there are.
    ///
    /// @return how many, or -1 at the end of input
    default int read(byte[] into) throws IOException {
        return read(into, 0, into.length);
    }

    /// Reads at least one byte into the buffer's room.
    ///
    /// @return how many, or -1 at the end of input
    int read(ByteBuffer into) throws IOException;

    /// Reads one byte, 0 to 255, or -1 at the end of input.
    int readByte() throws IOException;

    /// Reads a line of UTF-8 ended by LF or CRLF, without its ending; the last one may lack it.
    ///
    /// @return null at the end of input
    /// @throws FrameTooLongException when it is longer than the frame limit
    /// @throws java.nio.charset.MalformedInputException when it is not UTF-8
    @Nullable String readLine() throws IOException;

    /// Reads some text: all whole characters that have arrived, at least one. A character cut by the network waits for its rest.
    ///
    /// @return null at the end of input
    /// @throws java.nio.charset.MalformedInputException when it is not UTF-8
    @Nullable String readText() throws IOException;

    /// Reads exactly so many bytes.
    ///
    /// @throws IncompleteFrameException when the input ends before; it carries what there was
    byte[] readExactly(int length) throws IOException;

    /// Reads up to the delimiter and consumes it; the delimiter is not returned.
    ///
    /// @return null at the end of input
    /// @throws IncompleteFrameException when the input ends before the delimiter; it carries what there was
    /// @throws FrameTooLongException when there is no delimiter within the frame limit
    byte @Nullable [] readUntil(byte... delimiter) throws IOException;

    /// Reads one message.
    ///
    /// @return null at the end of input
    /// @throws IncompleteFrameException when the input ends within a message
    <T> @Nullable T read(Codec<T> codec) throws IOException;

    /// Sends what was written so far, waiting while the peer does not take it.
    void flush() throws IOException;

    /// Limits each following read's wait; null or zero leaves only the server's limits. A read that takes longer throws
    /// [TimedOutException], and nothing is lost.
    void readTimeout(@Nullable Duration atMost);

    /// Limits the rest of the conversation, from now: after it the connection ends with [Cause.TimedOut]. It can only be
    /// made shorter than the server's own limit.
    void deadline(Duration fromNow);

    /// Whether the system has told that the peer is gone (a reset), though bytes from before it may still be unread: for a handler
    /// that waits for something else, because reads and writes tell it anyhow. It costs a system call. A peer that has only ended its
    /// side is not gone. Always false where the system does not tell: Unix connections under the models on the JDK's channels.
    boolean peerGone();

    /// Bytes that a read would return without waiting.
    int available();

    /// The reading side as a stream; closing it closes the connection.
    InputStream inputStream();

    /// The writing side as a stream; `flush` sends, closing it ends the output.
    OutputStream outputStream();
}
