package dev.polyserve.lab.client;

import dev.polyserve.lab.recording.LabEventKind;
import dev.polyserve.lab.recording.LabEvent;
import dev.polyserve.lab.recording.LabEvent.Lane;
import dev.polyserve.lab.work.LabWorkRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// One connection of a client, which records what the client sees of it.
///
/// **Thread**: the client's. An interrupt ends each wait in it.
final class LabClientConnection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;
    /// Small, so that a server notices soon that a client does not read.
    private static final int RECEIVE_BUFFER_BYTES = 32 << 10;
    private static final int PIECE_BYTES = 32 << 10;

    private final LabClientRunContext run;
    private final Lane lane;
    private final Socket socket = new Socket();

    private LabClientConnection(LabClientRunContext run, Lane lane) {
        this.run = run;
        this.lane = lane;
    }

    /// Connects to a server on this machine.
    static LabClientConnection open(LabClientRunContext run, Lane lane, int port) throws IOException {
        LabClientConnection connection = new LabClientConnection(run, lane);
        try {
            connection.connect(port);
            return connection;
        } catch (IOException e) {
            connection.close();
            throw e;
        }
    }

    private void connect(int port) throws IOException {
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        socket.setTcpNoDelay(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        long micros = run.micros();
        run.numbers().begins(socket.getLocalPort(), lane, micros);
        run.events().add(LabEvent.ofClient(micros, lane, LabEventKind.CONNECT, 0, ""));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
        tell(LabEventKind.CONNECTED, 0, "");
    }

    private void tell(LabEventKind kind, long amount, String text) {
        run.events().add(LabEvent.ofClient(run.micros(), lane, kind, amount, text));
    }

    /// Sends a request.
    void ask(LabWorkRequest work) throws IOException {
        tell(LabEventKind.ASKED, work.amount(), work.label());
        byte[] line = work.line();
        tell(LabEventKind.SENT, line.length, "");
        socket.getOutputStream().write(line);
    }

    /// Reads a whole reply.
    ///
    /// @param bytes its length
    /// @param pauseMillis how long to rest between two reads
    void awaitReply(int bytes, int pauseMillis) throws IOException, InterruptedException {
        long began = run.micros();
        byte[] piece = new byte[PIECE_BYTES];
        InputStream from = socket.getInputStream();
        for (int left = bytes; left > 0;) {
            int count = from.read(piece, 0, Math.min(left, piece.length));
            if (count < 0) {
                throw new EOFException("the server has ended the connection");
            }
            tell(LabEventKind.RECEIVED, count, "");
            left -= count;
            if (left > 0 && pauseMillis > 0) {
                Thread.sleep(pauseMillis);
            }
        }
        tell(LabEventKind.ANSWERED, run.micros() - began, "");
    }

    /// Waits until the server ends the connection.
    void awaitServersEnd() throws IOException {
        awaitEnd();
        tell(LabEventKind.ENDED, 0, "the server has ended it");
    }

    private void awaitEnd() throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        for (int count; (count = socket.getInputStream().read(piece)) >= 0;) {
            tell(LabEventKind.RECEIVED, count, "");
            if (Thread.currentThread().isInterrupted()) {
                // A read that need not wait does not notice it: a server may send without an end.
                throw new InterruptedIOException("the client was stopped");
            }
        }
    }

    /// Ends the output, reads to the end, and closes.
    void leave() throws IOException {
        socket.shutdownOutput();
        awaitEnd();
        tell(LabEventKind.ENDED, 0, LabEvent.LEFT);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
