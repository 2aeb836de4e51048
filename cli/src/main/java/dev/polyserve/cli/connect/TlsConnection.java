package dev.polyserve.cli.connect;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/// A connection with TLS, after its handshake. The end of the output is a close_notify alert, which leaves the input open
/// in TLS 1.3 (RFC 8446, section 6.1).
public final class TlsConnection implements ClientConnection {
    private static final String TRUNCATED = "the server closed it without close_notify, so data may be missing";

    private final SSLSocket socket;
    private final EofTrackingSocket below;
    private final String negotiated;
    private volatile boolean closed;

    /// @param below the socket under the one with TLS
    TlsConnection(SSLSocket socket, EofTrackingSocket below, String negotiated) {
        this.socket = socket;
        this.below = below;
        this.negotiated = negotiated;
    }

    /// What was agreed on, in one line.
    public String negotiated() {
        return negotiated;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        try {
            int count = socket.getInputStream().read(into.array(), into.arrayOffset() + into.position(),
                    into.remaining());
            if (count > 0) {
                into.position(into.position() + count);
            }
            // Of close_notify, the JDK's socket makes the same end as of a connection without it.
            if (count < 0 && below.inputEnded() && !closed) {
                throw new IOException(TRUNCATED);
            }
            return count;
        } catch (IOException e) {
            if (closed) {
                AsynchronousCloseException ended = new AsynchronousCloseException();
                ended.initCause(e);
                throw ended;
            }
            throw e instanceof EOFException || e instanceof SSLException && e.getCause() instanceof EOFException
                    ? new IOException(TRUNCATED, e)
                    : e;
        }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        socket.getOutputStream().write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        bytes.position(bytes.limit());
    }

    /// With TLS 1.2, a close_notify alert ends both directions and cuts the reply off, so it is left to [#close].
    @Override
    public void endOutput() throws IOException {
        if (!socket.getSession().getProtocol().equals("TLSv1.2")) {
            socket.shutdownOutput();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        socket.close();
    }
}
