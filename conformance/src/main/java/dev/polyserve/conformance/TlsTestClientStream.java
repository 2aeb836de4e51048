package dev.polyserve.conformance;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/// A client's bytes in TLS 1.3, or those of a server that a handler connects to.
///
/// A thread of its own does the handshake, so that a client that only connects completes it too, as soon as the server
/// does. A connection that the server ends in its handshake reads as one that it ends at once. Its end without
/// close_notify afterwards is an error.
///
/// **Thread**: one at a time, after [#awaitReady].
final class TlsTestClientStream implements TestClientStream {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int BYTES = 64 << 10;
    private static final int MOST_PLAIN_BYTES = 17 << 10;

    private final SocketChannel channel;
    private final SSLEngine engine = TestCertificate.CONTEXT.createSSLEngine();
    private final Selector handshaking = Selector.open();
    /// Whether the handshake is complete; false when the server has ended the connection in it.
    private final CompletableFuture<Boolean> secured = new CompletableFuture<>();
    private final ByteBuffer in = ByteBuffer.allocate(BYTES).flip();
    private final ByteBuffer out = ByteBuffer.allocate(BYTES).flip();
    private boolean inputEnded;

    /// @param channel a connected channel that does not wait
    /// @param accepted whether this is the server's side
    TlsTestClientStream(SocketChannel channel, boolean accepted) throws IOException {
        this.channel = channel;
        engine.setUseClientMode(!accepted);
        engine.setEnabledProtocols(new String[]{"TLSv1.3"});
        SelectionKey key = channel.register(handshaking, 0);
        Thread.ofPlatform().daemon().name("test-handshake").start(() -> handshake(key));
    }

    // --- the handshake ---

    private void handshake(SelectionKey key) {
        try (handshaking) {
            engine.beginHandshake();
            boolean more = true;
            while (more) {
                more = step(key);
            }
            secured.complete(true);
        } catch (SSLException | RuntimeException e) {
            secured.completeExceptionally(e);
        } catch (IOException e) {
            // An end or a reset: the server has refused the connection.
            secured.complete(false);
        }
    }

    private boolean step(SelectionKey key) throws IOException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> runTasks();
            case NEED_WRAP -> {
                wrap(NOTHING);
                while (!flush()) {
                    await(key, SelectionKey.OP_WRITE);
                }
            }
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                while (!unwrap(NOTHING)) {
                    if (fill() == 0) {
                        await(key, SelectionKey.OP_READ);
                    }
                }
            }
            case FINISHED, NOT_HANDSHAKING -> {
                return false;
            }
        }
        return true;
    }

    private void await(SelectionKey key, int operation) throws IOException {
        try {
            key.interestOps(operation);
            handshaking.select();
            handshaking.selectedKeys().clear();
        } catch (ClosedSelectorException | CancelledKeyException e) {
            throw new ClosedChannelException();
        }
    }

    private void runTasks() {
        for (Runnable task; (task = engine.getDelegatedTask()) != null;) {
            task.run();
        }
    }

    @Override
    public boolean awaitReady(long atMostNanos) throws IOException {
        try {
            boolean _ = secured.get(atMostNanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException("the handshake failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in the handshake", e);
        }
    }

    private boolean isSecure() {
        return !secured.isCompletedExceptionally() && secured.getNow(false);
    }

    // --- records ---

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (!isSecure()) {
            return -1;
        }
        flushWhileTaken();
        int before = into.position();
        while (true) {
            boolean more = true;
            while (more && !inputEnded && into.remaining() >= MOST_PLAIN_BYTES) {
                more = unwrap(into);
            }
            int count = into.position() - before;
            if (count > 0 || inputEnded) {
                return count > 0 ? count : -1;
            }
            if (fill() == 0) {
                return 0;
            }
        }
    }

    private void flushWhileTaken() {
        try {
            boolean _ = flush();
        } catch (IOException e) {
            // The server has closed the connection; what it sent before can still be read.
            out.position(out.limit());
        }
    }

    /// Takes one record.
    ///
    /// @return false when no whole one has arrived
    private boolean unwrap(ByteBuffer into) throws IOException {
        SSLEngineResult result = engine.unwrap(in, into);
        runTasks();
        switch (result.getStatus()) {
            case OK -> {
                return result.bytesConsumed() > 0;
            }
            case BUFFER_UNDERFLOW -> {
                return false;
            }
            case CLOSED -> inputEnded = true;
            case BUFFER_OVERFLOW -> throw new SSLException("a record has more plain text than there is room for");
        }
        return true;
    }

    /// @return how many bytes of records have arrived
    private int fill() throws IOException {
        int count;
        try {
            count = channel.read(in.compact());
        } finally {
            in.flip();
        }
        if (count < 0) {
            throw new EOFException("the server ended the connection without close_notify");
        }
        return count;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        if (!isSecure()) {
            throw new IOException("the server ended the connection in its handshake");
        }
        if (!flush()) {
            return 0;
        }
        int before = bytes.position();
        wrap(bytes);
        boolean _ = flush();
        return bytes.position() - before;
    }

    private void wrap(ByteBuffer bytes) throws SSLException {
        out.clear();
        try {
            engine.wrap(bytes, out);
        } finally {
            out.flip();
        }
    }

    @Override
    public boolean flush() throws IOException {
        if (out.hasRemaining()) {
            channel.write(out);
        }
        return !out.hasRemaining();
    }

    // --- the end ---

    @Override
    public void end() throws IOException {
        if (isSecure() && !engine.isOutboundDone()) {
            engine.closeOutbound();
            wrap(NOTHING);
            boolean _ = flush();
        }
    }

    @Override
    public void leave() {
        try {
            if (isSecure() && flush()) {
                end();
            }
        } catch (IOException e) {
            // The connection is lost: there is nothing to end.
            inputEnded = true;
        }
    }

    @Override
    public void abandon() throws IOException {
        handshaking.close();
    }
}
