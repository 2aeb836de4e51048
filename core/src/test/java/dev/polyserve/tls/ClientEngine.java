package dev.polyserve.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/// A client without a socket, on the JDK's engine: what it is given to read, what it wants to send.
final class ClientEngine {
    private static final int BYTES = 40_000;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    final SSLEngine engine;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 20);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream plain = new ByteArrayOutputStream();
    private boolean closed;

    ClientEngine(SSLEngine engine) {
        this.engine = engine;
    }

    /// A client that speaks this version only.
    static ClientEngine of(String protocol) throws Exception {
        SSLEngine engine = EnginePair.client("localhost");
        engine.setEnabledProtocols(new String[]{protocol});
        engine.beginHandshake();
        return new ClientEngine(engine);
    }

    /// Reads what the server has sent.
    void read(byte[] records) throws SSLException {
        in.put(records);
        advance();
    }

    /// What the engine wants to send by itself: the next flight of the handshake, an alert.
    byte[] output() throws SSLException {
        advance();
        byte[] taken = out.toByteArray();
        out.reset();
        return taken;
    }

    private void advance() throws SSLException {
        in.flip();
        try {
            boolean more = true;
            while (more) {
                runTasks();
                more = engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                        ? wrap(NOTHING, out)
                        : in.hasRemaining() && unwrap();
            }
        } finally {
            in.compact();
        }
    }

    private boolean unwrap() throws SSLException {
        var room = ByteBuffer.allocate(BYTES);
        SSLEngineResult result = engine.unwrap(in, room);
        plain.write(room.array(), 0, room.position());
        closed |= result.getStatus() == SSLEngineResult.Status.CLOSED;
        return result.bytesConsumed() > 0;
    }

    /// Records with this plain text.
    byte[] records(byte[] text) throws SSLException {
        var made = new ByteArrayOutputStream();
        ByteBuffer from = ByteBuffer.wrap(text);
        do {
            wrap(from, made);
        } while (from.hasRemaining());
        return made.toByteArray();
    }

    /// The close_notify.
    byte[] end() throws SSLException {
        engine.closeOutbound();
        var made = new ByteArrayOutputStream();
        wrap(NOTHING, made);
        return made.toByteArray();
    }

    private boolean wrap(ByteBuffer text, ByteArrayOutputStream into) throws SSLException {
        var room = ByteBuffer.allocate(BYTES);
        engine.wrap(text, room);
        into.write(room.array(), 0, room.position());
        return room.position() > 0;
    }

    private void runTasks() {
        for (Runnable task; (task = engine.getDelegatedTask()) != null;) {
            task.run();
        }
    }

    /// All plain text so far.
    byte[] plain() {
        return plain.toByteArray();
    }

    /// Whether the server's close_notify has arrived.
    boolean closed() {
        return closed;
    }
}
