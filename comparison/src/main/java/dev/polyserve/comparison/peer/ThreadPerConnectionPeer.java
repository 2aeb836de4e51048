package dev.polyserve.comparison.peer;

import dev.polyserve.bench.service.FixedCpuWork;
import dev.polyserve.bench.service.SimulatedWorkRequest;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadFactory;
import javax.net.ServerSocketFactory;

/// A thread per connection, platform or virtual, with blocking streams.
///
/// Written as in the Java tutorial "Writing the Server Side of a Socket"; JEP 444 says that such code stays the same
/// with virtual threads. Tuned: TCP_NODELAY, and reads of 4 KiB, so that an idle connection uses little memory.
///
/// @param sockets creates the listener, for TCP or for TLS
/// @param threads creates the threads
/// @param conversation the code of each thread
record ThreadPerConnectionPeer(ServerSocketFactory sockets, ThreadFactory threads, Conversation conversation)
        implements
            PeerServer {
    private static final int BUFFER_BYTES = 4 << 10;
    private static final int RECORD_BYTES = 16 << 10;

    /// Over TCP.
    ThreadPerConnectionPeer(ThreadFactory threads, Conversation conversation) {
        this(ServerSocketFactory.getDefault(), threads, conversation);
    }

    /// Serves a client until it ends.
    @FunctionalInterface
    interface Conversation {
        void hold(InputStream in, OutputStream out) throws IOException;
    }

    @Override
    public void serve(InetSocketAddress address) throws IOException {
        try (ServerSocket listener = sockets.createServerSocket()) {
            listener.bind(address, BACKLOG);
            while (true) {
                Socket client = listener.accept();
                threads.newThread(() -> converse(client)).start();
            }
        }
    }

    private void converse(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            conversation.hold(client.getInputStream(), client.getOutputStream());
        } catch (IOException e) {
            // A reset by the client needs no reply; the load generator reports it.
        }
    }

    static void echo(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int length; (length = in.read(buffer)) >= 0;) {
            out.write(buffer, 0, length);
        }
    }

    /// Over TLS: the buffer grows to that of a record when a read fills it.
    static void echoRecords(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int length; (length = in.read(buffer)) >= 0;) {
            out.write(buffer, 0, length);
            if (length == buffer.length && length < RECORD_BYTES) {
                buffer = new byte[RECORD_BYTES];
            }
        }
    }

    /// Executes each [SimulatedWorkRequest].
    static void compute(InputStream in, OutputStream out) throws IOException {
        var requests = new DataInputStream(new BufferedInputStream(in, BUFFER_BYTES));
        while (true) {
            int length;
            try {
                length = requests.readInt();
            } catch (EOFException end) {
                return;
            }
            byte[] request = new byte[Integer.BYTES + length];
            requests.readFully(request, Integer.BYTES, length);
            ByteBuffer fields = ByteBuffer.wrap(request).putInt(SimulatedWorkRequest.LENGTH_AT, length);
            fields.putLong(SimulatedWorkRequest.VALUE_AT,
                    FixedCpuWork.end(fields.getLong(SimulatedWorkRequest.VALUE_AT),
                            fields.getLong(SimulatedWorkRequest.MULTIPLICATIONS_AT)));
            out.write(request);
        }
    }
}
