package dev.polyserve.examples.coroutine;

import dev.polyserve.coroutine.hub.Hub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.function.IntConsumer;

/// gevent's echo server: plain sockets, one task per client, one thread.
///
/// Every blocking call of a socket switches to another task, which requires `--add-opens
/// java.base/java.lang=ALL-UNNAMED`. This example uses only coroutines; `Upper` is a server of the library, with its
/// limits and timeouts.
public final class HubSocketEcho {
    private HubSocketEcho() {}

    /// Serves until its task is killed, which closes the listener.
    ///
    /// @param listening receives the port
    // region hubEcho
    public static void serve(Hub hub, int port, IntConsumer listening) throws IOException {
        try (var listener = new ServerSocket(port, 1024, InetAddress.getLoopbackAddress())) {
            listening.accept(listener.getLocalPort());
            while (true) {
                Socket client = listener.accept();
                hub.spawn(() -> echo(client));
            }
        }
    }

    private static void echo(Socket client) throws IOException {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (SocketException e) {
            return; // reset by its peer, or killed: its own business
        }
    }
    // endregion

    static void main() throws Exception {
        Hub.run(hub -> serve(hub, 7788, port -> IO.println("echo at port " + port)));
    }
}
