package dev.polyserve.comparison.part;

import java.io.IOException;
import java.net.Socket;
import java.util.List;

/// Clients that ask a server with one event loop at once, and the thread of that loop.
///
/// @param requestsEach the number of requests of each client
/// @param requestBytes the size of a request, and of its reply
record LoopExchange(int requestsEach, int requestBytes) {
    private static final String LOOP = "polyserve-loop-0";

    /// Sends the requests of all clients, and reads their replies.
    void with(List<Socket> clients) throws IOException {
        byte[] bytes = new byte[requestBytes];
        for (int i = 0; i < requestsEach; i++) {
            for (Socket client : clients) {
                client.getOutputStream().write(bytes);
            }
            for (Socket client : clients) {
                client.getInputStream().readNBytes(bytes, 0, bytes.length);
            }
        }
    }

    /// The thread of the loop that was started last.
    static long loopThread() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals(LOOP))
                .mapToLong(Thread::threadId).max().orElseThrow();
    }
}
