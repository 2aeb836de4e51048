package dev.polyserve.cli.control;

import dev.polyserve.cli.net.Dialer;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Sends a request to a running server.
///
/// **Thread**: any; it waits for the reply.
public final class ControlClient {
    private static final String OK = "ok\n";
    private static final String ERROR = "error: ";

    private ControlClient() {}

    /// Sends the request to the server with this control socket.
    ///
    /// @return the reply
    /// @throws IOException when the server cannot be reached, with the reason
    /// @throws RefusedException when the server could not execute the request, with its error
    public static String ask(Path socket, String request) throws IOException, RefusedException {
        String answer;
        try (SocketChannel channel = connect(socket)) {
            answer = exchange(channel, request);
        }
        if (answer.startsWith(OK)) {
            return answer.substring(OK.length()).stripTrailing();
        }
        throw new RefusedException(answer.startsWith(ERROR)
                ? answer.substring(ERROR.length()).strip()
                : "the server did not reply: it has ended, or belongs to another user");
    }

    private static SocketChannel connect(Path socket) throws IOException {
        try {
            return Dialer.unix(socket);
        } catch (IOException e) {
            throw new IOException("no server can be reached at the control socket " + socket + ": " + e.getMessage()
                    + "; use the path that was given to the server with --control", e);
        }
    }

    /// The reply, empty if the server has closed the connection before it read the request.
    private static String exchange(SocketChannel channel, String request) {
        try {
            channel.write(StandardCharsets.UTF_8.encode(request + "\n"));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /// The server could not execute a request.
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String sentence) {
            super(sentence);
        }
    }
}
