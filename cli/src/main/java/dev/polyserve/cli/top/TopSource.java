package dev.polyserve.cli.top;

import dev.polyserve.cli.control.ControlClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the status of a running server over its control socket.
///
/// **Thread**: one at a time; each call waits for the reply.
final class TopSource {
    private final Path control;
    private @Nullable TopSample last;

    TopSource(Path control) {
        this.control = control;
    }

    /// The status now.
    ///
    /// @throws IOException when the server cannot be reached, with the reason
    TopSample sample() throws IOException {
        JsonNode status = JsonMapper.shared().readTree(ask("status json"));
        TopSample sample = new TopSample(System.nanoTime(), status, last);
        last = sample.alone();
        return sample;
    }

    /// The rows of the table of connections, with their numbers.
    JsonNode connections(String sort, boolean descending, String filter, int most) throws IOException {
        return JsonMapper.shared().readTree(ask("connections sort=" + sort + "&order=" + (descending ? "desc" : "asc")
                + "&limit=" + most + "&filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8)));
    }

    /// Ends a connection.
    ///
    /// @return the result in one sentence
    String end(String number) throws IOException {
        try {
            return ControlClient.ask(control, "end " + number);
        } catch (ControlClient.RefusedException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private String ask(String request) throws IOException {
        try {
            return ControlClient.ask(control, request);
        } catch (ControlClient.RefusedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
