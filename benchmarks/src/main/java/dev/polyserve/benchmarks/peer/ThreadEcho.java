package dev.polyserve.benchmarks.peer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ThreadFactory;

/// A thread per connection, platform or virtual, and blocking streams.
///
/// Written as in the Java tutorial "Writing the Server Side of a Socket"; JEP 444 says that with virtual threads such
/// code stays as it is. Tuned: no Nagle, and 4 KiB a read, so that an idle connection holds little.
final class ThreadEcho implements PeerServer {
    private static final int BUFFER_BYTES = 4 << 10;

    private final ThreadFactory threads;

    ThreadEcho(ThreadFactory threads) {
        this.threads = threads;
    }

    @Override
    public void serve(InetSocketAddress address) throws IOException {
        try (var listener = new ServerSocket()) {
            listener.bind(address, BACKLOG);
            while (true) {
                Socket client = listener.accept();
                threads.newThread(() -> echo(client)).start();
            }
        }
    }

    private static void echo(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            InputStream in = client.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int length; (length = in.read(buffer)) >= 0;) {
                out.write(buffer, 0, length);
            }
        } catch (IOException e) {
            // The client went without saying so: nothing is owed to it, and the load generator reports it.
        }
    }
}
