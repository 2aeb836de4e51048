package dev.polyserve.lab;

import dev.polyserve.text.PrintableText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The request for a run: its servers, its clients, what they do, and for how long.
///
/// **Thread**: any; it is a value.
///
/// @param servers the servers
/// @param clients how many clients each server has
/// @param workload what they do
/// @param seconds how long they do it
public record LabRunRequest(List<ServerRequest> servers, int clients, LabWorkload workload, int seconds) {
    static final int MOST_SERVERS = 4;
    static final int MOST_CLIENTS = 40;
    static final int MOST_SECONDS = 120;
    private static final int MOST_LOOPS = 8;
    private static final int MOST_SHOWN = 80;
    private static final int SECONDS = 20;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /// One server.
    ///
    /// @param model the id of its model; with a command, empty
    /// @param loops how many event loops it has
    /// @param handOff whether its loops are handed off
    /// @param against the command of a server that is not ours; empty: it is ours
    public record ServerRequest(String model, int loops, boolean handOff, Optional<String> against) {
        /// A server of ours with one event loop, if it has any.
        public static ServerRequest of(String model) {
            return new ServerRequest(model, 1, true, Optional.empty());
        }

        /// What it is called on the page.
        String label() {
            return against.orElse(model + (loops == 1 ? "" : ", " + loops + " loops")
                    + (handOff ? "" : ", without hand-off"));
        }
    }

    /// Copies the list.
    public LabRunRequest {
        servers = List.copyOf(servers);
    }

    /// Reads a request.
    ///
    /// @param models the ids of the models that there are
    /// @param commands the commands of servers that are not ours, which may be started
    /// @throws LabException with one sentence
    static LabRunRequest parse(String json, Set<String> models, List<String> commands) throws LabException {
        JsonNode request = read(json);
        String id = request.path("workload").asString(LabWorkload.TALKERS.id());
        LabWorkload workload = LabWorkload.named(id)
                .orElseThrow(() -> new LabException("there is no workload '" + shown(id)
                        + "', take one of " + Stream.of(LabWorkload.values()).map(LabWorkload::id).collect(
                                Collectors.joining(", "))));
        List<ServerRequest> servers = new ArrayList<>();
        for (JsonNode server : request.path("servers")) {
            servers.add(server(server, models, commands));
        }
        if (servers.isEmpty() || servers.size() > MOST_SERVERS) {
            throw new LabException("a run has 1 to " + MOST_SERVERS + " servers, and not " + servers.size());
        }
        return new LabRunRequest(servers, number(request, "clients", workload.clients(), MOST_CLIENTS), workload,
                number(request, "seconds", SECONDS, MOST_SECONDS));
    }

    private static JsonNode read(String json) throws LabException {
        try {
            return MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw new LabException("the request for a run is no JSON, reload the page: " + e.getOriginalMessage(), e);
        }
    }

    private static ServerRequest server(JsonNode server, Set<String> models, List<String> commands)
            throws LabException {
        String command = server.path("against").asString("");
        if (!command.isEmpty()) {
            if (!commands.contains(command)) {
                throw new LabException("the lab was not started with --against '" + shown(command)
                        + "', and starts no other command: start it again with it");
            }
            return new ServerRequest("", 1, true, Optional.of(command));
        }
        String model = server.path("model").asString("");
        if (!models.contains(model)) {
            throw new LabException(
                    "there is no model '" + shown(model) + "', take one of " + String.join(", ", models));
        }
        return new ServerRequest(model, number(server, "loops", 1, MOST_LOOPS),
                server.path("handOff").asBoolean(true), Optional.empty());
    }

    /// The beginning of a text that may be long.
    private static String shown(String text) {
        return PrintableText.of(text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "…" : text);
    }

    private static int number(JsonNode from, String name, int otherwise, int most) throws LabException {
        int value = from.path(name).asInt(otherwise);
        if (value < 1 || value > most) {
            throw new LabException("a run has 1 to " + most + " " + name + ", and not " + value);
        }
        return value;
    }
}
