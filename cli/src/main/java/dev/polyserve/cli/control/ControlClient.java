package dev.polyserve.cli.control;

import dev.polyserve.cli.net.Dialer;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Asks a running server something.
///
/// **Thread**: its own; it waits for the answer.
public final class ControlClient {
    private static final String OK = "ok\n";
    private static final String ERROR = "error: ";

    private ControlClient() {}

    /// Sends the request to the server whose control socket this is.
    ///
    /// @return what it answers
    /// @throws IOException when it cannot be reached, saying why
    /// @throws RefusedException when it could not do what was asked, in its own words
    public static String ask(Path socket, String request) throws IOException, RefusedException {
        String answer;
        try (SocketChannel channel = Dialer.unix(socket)) {
            channel.write(StandardCharsets.UTF_8.encode(request + "\n"));
            answer = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IOException("no server can be reached at the control socket " + socket + ": " + e.getMessage()
                    + "; give the path that the server was given with --control", e);
        }
        if (answer.startsWith(OK)) {
            return answer.substring(OK.length()).stripTrailing();
        }
        throw new RefusedException(answer.startsWith(ERROR)
                ? answer.substring(ERROR.length()).strip()
                : "the server has given no answer: it has ended, or was started by another user");
    }

    /// The server could not do it.
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String sentence) {
            super(sentence);
        }
    }
}
