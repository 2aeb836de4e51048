package dev.polyserve;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A connection as its owner sees it: a client's in its [Handler], or one that this program has begun
/// ([#connect(Endpoint)], [Client]). Reads wait, writes are collected.
///
/// Every read first sends the collected output (as stdio does), then waits for the peer, within the server's time
/// limits and [#readTimeout]. Bytes left by one read stay for the next, whatever its kind.
///
/// In a session of datagrams ([ServerBuilder#sessions]) no read returns bytes of two, a read into an array or a buffer returns
/// 0 for one without bytes, and each write sends one at once.
///
/// **Thread**: the handler's own, or one that the handler has passed the connection to and waits for; never two at
/// once. Other threads use [#sender]. Outside of a server, any one thread at a time.
///
/// **Errors**: [ConnectionException] when the connection is over (reset, time limit, stop); [TimedOutException] when
/// [#readTimeout] passed, after which the connection can be used as before.
public interface Connection extends Output, Closeable {
    /// Reads at least one byte, as many as are available, up to `length`.
    ///
    /// @return how many, or -1 at the end of input
    int read(byte[] into, int offset, int length) throws IOException;

    /// Reads at least one byte, as many as are available, up to the length of the array.
    ///
    /// @return how many, or -1 at the end of input
    default int read(byte[] into) throws IOException {
        return read(into, 0, into.length);
    }

    /// Reads at least one byte into the remaining space of the buffer.
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

    /// Reads some text: all complete characters that have arrived, at least one. An incomplete character stays until
    /// its rest arrives.
    ///
    /// @return null at the end of input
    /// @throws java.nio.charset.MalformedInputException when it is not UTF-8
    @Nullable String readText() throws IOException;

    /// Reads exactly `length` bytes.
    ///
    /// @throws IncompleteFrameException when the input ends before; it carries the bytes read so far
    byte[] readExactly(int length) throws IOException;

    /// Reads up to the delimiter and consumes it; the delimiter is not returned.
    ///
    /// @return null at the end of input
    /// @throws IncompleteFrameException when the input ends before the delimiter; it carries the bytes read so far
    /// @throws FrameTooLongException when there is no delimiter within the frame limit
    byte @Nullable [] readUntil(byte... delimiter) throws IOException;

    /// Reads one message.
    ///
    /// @return null at the end of input
    /// @throws IncompleteFrameException when the input ends within a message
    <T> @Nullable T read(Codec<T> codec) throws IOException;

    /// Begins TLS on a connection that has none (STARTTLS), with the certificates of [ServerBuilder#tls]: sends the collected
    /// output in plain text, and waits for the handshake, within [Options.Timeouts#tlsHandshake]. While as many others are
    /// under way as [Options.Limits#tlsHandshakes] allows, it waits for them first, at most six times as long. From then on
    /// everything is encrypted, and [ConnectionInfo#tls] has what was negotiated.
    ///
    /// What the client said before is not protected: a handler forgets it. Bytes that a client has sent behind the command
    /// are refused, because they may have been inserted on the way (CVE-2011-0411).
    ///
    /// @throws ConnectionException when the handshake fails, or bytes came behind the command; the connection is over
    /// @throws IllegalStateException when the server has no certificate, the connection has TLS already, or a [#sender]
    void startTls() throws IOException;

    /// Begins a connection to a server, and waits until it is connected, within [Options.Timeouts#connect]. It is on the
    /// handler's own loop or thread, and has the same operations, limits and sockets' options as this one.
    ///
    /// It belongs to the handler. What the handler has not closed at its end is closed then, after its collected output was
    /// sent; if the handler fails, or this connection is lost, it is reset. When the server aborts this connection, its waits
    /// end, too, with [Cause.Stopped].
    ///
    /// A name is looked up beside the event loops, and its addresses are tried one after another.
    ///
    /// @param to the server at `tcp://host:port`, `tls://host:port` or `unix:/path`, with what is trusted; its options, if it has
    ///     any, apply in place of the server's
    /// @throws java.net.ConnectException with one sentence, when it is not connected in time, or its certificate is not trusted
    /// @throws IllegalArgumentException for an endpoint of another kind
    Connection connect(Client to) throws IOException;

    /// As [#connect(Client)], with the text of the endpoint: `client.connect("tcp://10.0.0.5:5432")`.
    default Connection connect(String endpoint) throws IOException {
        return connect(Client.to(endpoint));
    }

    /// As [#connect(Client)], with the endpoint alone.
    default Connection connect(Endpoint endpoint) throws IOException {
        return connect(Client.to(endpoint));
    }

    /// Sends the collected output, waiting while the peer does not read it.
    @Override
    void flush() throws IOException;

    /// Ends the connection once everything is sent. A second call has no effect. A client's connection ends with its handler,
    /// which may still do something else; one that this program has begun is closed when this returns.
    @Override
    void close() throws IOException;

    /// Limits the wait of each following read; with null or zero only the server's limits apply. A read that takes
    /// longer throws [TimedOutException], and nothing is lost.
    void readTimeout(@Nullable Duration atMost);

    /// Limits the rest of the conversation, from now: then the connection ends with [Cause.TimedOut]. It can only
    /// shorten the server's own limit.
    void deadline(Duration fromNow);

    /// Whether the system has reported that the peer is gone (a reset), even while earlier bytes are still unread. It
    /// is for a handler that waits for something else; reads and writes report a reset anyway. It costs a system call.
    ///
    /// A peer that has ended its side, or has closed after it read everything, is not gone: its bytes are whole. On a
    /// Unix socket, a peer is gone when it has closed with bytes unread. Always false where the system does not report
    /// it: Unix connections under the models on the JDK's channels.
    boolean peerGone();

    /// Bytes that a read would return without waiting.
    int available();

    /// The reading side as a stream; closing it closes the connection. Its `transferTo` the [#outputStream] of a
    /// connection, this one or another, keeps no buffer while it waits.
    InputStream inputStream();

    /// The writing side as a stream; `flush` sends, closing it ends the output.
    OutputStream outputStream();
}
