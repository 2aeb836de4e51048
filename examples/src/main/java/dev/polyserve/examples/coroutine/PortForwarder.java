package dev.polyserve.examples.coroutine;

import dev.polyserve.coroutine.hub.Group;
import dev.polyserve.coroutine.hub.Hub;
import dev.polyserve.coroutine.hub.Task;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Forwards each connection to another address in both directions: gevent's port forwarder, with a drain.
///
/// **Thread**: the hub's only; requires `--add-opens java.base/java.lang=ALL-UNNAMED`, as [HubSocketEcho].
public final class PortForwarder {
    private final Hub hub;
    private final InetSocketAddress target;
    private final Group connections;

    private PortForwarder(Hub hub, InetSocketAddress target) {
        this.hub = hub;
        this.target = target;
        this.connections = new Group(hub);
    }

    /// Forwards until the calling task is killed; then accepts no more connections and drains the open ones.
    ///
    /// @param listening receives the port
    /// @param drain the time limit of the drain
    public static void forward(Hub hub, int port, InetSocketAddress target, Duration drain, IntConsumer listening)
            throws IOException, InterruptedException {
        var forwarder = new PortForwarder(hub, target);
        try (var listener = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress())) {
            listening.accept(listener.getLocalPort());
            while (true) {
                Socket client = listener.accept();
                forwarder.connections.spawn(() -> forwarder.connect(client));
            }
        } catch (SocketException e) {
            // The kill arrived as an interrupt, which closed the listener and is caught here. Open connections continue
            // until the time limit.
            Thread.interrupted();
            if (!forwarder.connections.join(drain)) {
                forwarder.connections.kill(drain);
            }
        }
    }

    private void connect(Socket client) throws IOException, InterruptedException {
        try (client; Socket server = new Socket()) {
            server.connect(target);
            Task<@Nullable Void> back = hub.spawn(() -> copy(server, client));
            try {
                copy(client, server);
                back.join();
            } finally {
                back.kill();
            }
        }
    }

    /// Copies until the end of input and passes the end on (half-close).
    private static void copy(Socket from, Socket to) throws IOException {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (SocketException e) {
            // One connection is gone, so the other one ends too.
            from.close();
            to.close();
        }
    }

    static void main(String[] arguments) throws Exception {
        var target = new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2]));
        Hub.run(hub -> {
            Task<?> forwarding = hub.spawn(() -> forward(hub, Integer.parseInt(arguments[0]), target,
                    Duration.ofSeconds(2), port -> IO.println("forwarding from port " + port)));
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> end(forwarding)));
            forwarding.join();
        });
    }

    private static void end(Task<?> forwarding) {
        try {
            forwarding.kill(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            IO.println("interrupted while connections were ending");
        }
    }
}
