package dev.polyserve.cli;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.bench.BenchPlan;
import dev.polyserve.bench.Workload;
import dev.polyserve.bench.contender.Contender;
import dev.polyserve.bench.contender.LoadTransport;
import dev.polyserve.cli.text.Units;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// The options of `bench`, and the plan that they describe.
final class BenchOptions {
    static final String ADVISE = "--advise";
    static final String HANDLER_WAITS = "--handler-waits";
    static final String HANDLER_COMPUTES = "--handler-computes";
    static final String CONNECTIONS = "--connections";
    static final String REPORT = "--report";
    static final String JSON = "--json";
    static final String BASELINE = "--baseline";
    static final String JFR = "--jfr";
    private static final String MODELS = "--models";
    private static final String WORKLOAD = "--workload";
    private static final String SIZE = "--size";
    private static final String DEPTH = "--depth";
    private static final String RATE = "--rate";
    private static final String ROUNDS = "--rounds";
    private static final String WARMUP = "--warmup";
    private static final String DURATION = "--duration";
    private static final String ENDPOINT = "--endpoint";
    private static final String AGAINST = "--against";
    static final String SHARED_PROCESSORS = "--shared-processors";
    private static final int MOST_CONNECTIONS = 1_000_000;
    private static final int MOST_REQUEST_BYTES = 1 << 20;
    private static final int MOST_DATAGRAM_BYTES = 65_507;
    private static final int MOST = 10_000;
    private static final String NONE = "none";
    private static final Duration USUAL_ROUND = Duration.ofMillis(600);
    private static final int REQUESTS_PER_ROUND = 10;
    /// Candidates for most loads, the most promising first.
    private static final List<Model> USUAL = List.of(Model.epoll(), Model.nio(), Model.virtual(),
            Model.thread());

    private final ParseResult parsed;

    BenchOptions(ParseResult parsed) {
        this.parsed = parsed;
    }

    static void addTo(CommandSpec spec) {
        add(spec, MODELS, "LIST",
                "Polyserve models, as in nio,virtual,thread; MODEL:protocol for the event style, MODEL:messages for handlers"
                        + " of messages, none for peers only (default: " + String.join(",", usualModels()) + ").");
        add(spec, WORKLOAD, "NAME[,NAME]",
                "What clients do: " + String.join(", ", Workload.ids()) + " (default: echo).");
        add(spec, CONNECTIONS, "N",
                "Concurrent clients (default: 100; idle: 2000); for mixed, in addition to the computing ones.");
        add(spec, SIZE, "BYTES", "Size of a request, and of its reply (default: 64).");
        add(spec, DEPTH, "N", "Outstanding requests per connection in a closed loop (default: 1).");
        add(spec, RATE, "N",
                "Requests per second of the open loop (default: half and four fifths of the capacity of the"
                        + " slowest contender; mixed: 2000).");
        add(spec, ROUNDS, "N", "Rounds; each contender has one turn per round (default: 9).");
        add(spec, WARMUP, "DURATION", "Maximum warm-up; it ends as soon as a contender is steady (default: 5s).");
        add(spec, DURATION, "DURATION", "Duration of a turn (default: 600ms, or ten times the duration of a handler).");
        add(spec, ENDPOINT, "tcp|unix|udp", "Kind of endpoint (default: tcp).");
        spec.addOption(OptionSpec.builder(AGAINST).type(List.class).auxiliaryTypes(String.class).arity("1")
                .paramLabel("'COMMAND'|ENDPOINT")
                .description("Measures a peer, too: a command that listens on {port} or {path}, or a server that"
                        + " already runs. Repeatable; NAME= before it sets its name.")
                .build());
        spec.addOption(OptionSpec.builder(SHARED_PROCESSORS).type(boolean.class)
                .description("Contenders and load generator share all processors, instead of half of them each.")
                .build());
        add(spec, REPORT, "FILE.html", "Writes a report with charts, as one HTML file.");
        add(spec, JSON, "FILE", "Writes all results.");
        add(spec, JFR, "DIRECTORY",
                "Records each process of a Polyserve model with JDK Flight Recorder, in a file of this directory.");
        add(spec, BASELINE, "FILE.json", "Marks changes since an earlier --json file that exceed the noise.");
        spec.addOption(OptionSpec.builder(ADVISE).type(boolean.class)
                .description("Asks about your handler, measures only the models that suit it, and recommends one.")
                .build());
        add(spec, HANDLER_WAITS, "DURATION",
                "Time a handler waits per request (with --advise, or workload custom).");
        add(spec, HANDLER_COMPUTES, "DURATION",
                "Processor time a handler takes per request (with --advise, or workload custom or mixed).");
    }

    private static void add(CommandSpec spec, String name, String parameter, String description) {
        spec.addOption(
                OptionSpec.builder(name).type(String.class).paramLabel(parameter).description(description).build());
    }

    private static List<String> usualModels() {
        return USUAL.stream().filter(model -> Server.whyNot(model).isEmpty()).map(Model::id).toList();
    }

    boolean has(String option) {
        return parsed.hasMatchedOption(option);
    }

    String text(String option, String otherwise) {
        return parsed.matchedOptionValue(option, otherwise);
    }

    /// The value of an option that was given.
    Duration duration(String option) {
        return read(option, "", Units::duration);
    }

    int connections() {
        return read(CONNECTIONS, "", BenchOptions::clients);
    }

    /// Parses the number of clients.
    ///
    /// @throws IllegalArgumentException with one sentence, when the text is not such a number
    static int clients(String text) {
        return number(text, MOST_CONNECTIONS);
    }

    /// Creates the plan; advice replaces the defaults of models and workloads.
    ///
    /// @param advised values that the advice chose; used for options that the command line does not set
    BenchPlan plan(Map<String, String> advised, String command) {
        LoadTransport transport = read(ENDPOINT, "tcp", LoadTransport::named);
        List<Contender> contenders = contenders(advised.getOrDefault(MODELS, String.join(",", usualModels())));
        String workloads = text(WORKLOAD, advised.getOrDefault(WORKLOAD, "echo"));
        int mostBytes = transport == LoadTransport.UDP ? MOST_DATAGRAM_BYTES : MOST_REQUEST_BYTES;
        String connections = text(CONNECTIONS, advised.getOrDefault(CONNECTIONS, ""));
        return new BenchPlan(contenders, words(workloads).map(word -> named(WORKLOAD, word, Workload::named)).toList(),
                transport,
                connections.isEmpty()
                        ? OptionalInt.empty()
                        : OptionalInt.of(named(CONNECTIONS, connections, BenchOptions::clients)),
                size(transport, mostBytes), read(DEPTH, "1", text -> number(text, MOST)),
                has(RATE)
                        ? OptionalDouble.of(read(RATE, "", text -> number(text, Integer.MAX_VALUE)))
                        : OptionalDouble.empty(),
                read(ROUNDS, "9", text -> number(text, MOST)), positive(WARMUP, "5s"), round(advised),
                new BenchPlan.WorkTimes(workTime(HANDLER_WAITS, advised), workTime(HANDLER_COMPUTES, advised)),
                command);
    }

    /// By default, a round lasts long enough for several requests of each client.
    private Duration round(Map<String, String> advised) {
        Duration request = workTime(HANDLER_WAITS, advised).plus(workTime(HANDLER_COMPUTES, advised));
        Duration some = request.multipliedBy(REQUESTS_PER_ROUND);
        return positive(DURATION, Units.written(some.compareTo(USUAL_ROUND) > 0 ? some : USUAL_ROUND));
    }

    private Duration workTime(String option, Map<String, String> advised) {
        return read(option, advised.getOrDefault(option, "0"), Units::duration);
    }

    private int size(LoadTransport transport, int most) {
        long bytes = read(SIZE, "64", Units::bytes);
        int least = transport == LoadTransport.UDP ? Long.BYTES : 1;
        if (bytes < least || bytes > most) {
            throw ExitException.wrong("bad " + SIZE + " '" + text(SIZE, "") + "': a request over " + transport.id()
                    + " has " + least + " to " + most + " bytes");
        }
        return (int) bytes;
    }

    private List<Contender> contenders(String usual) {
        List<Contender> contenders = new ArrayList<>();
        List<String> peers = parsed.matchedOptionValue(AGAINST, List.of());
        if (!text(MODELS, usual).equals(NONE)) {
            words(text(MODELS, usual)).forEach(word -> contenders.add(model(word)));
        }
        peers.forEach(peer -> contenders.add(named(AGAINST, peer, Contender::against)));
        if (contenders.isEmpty()) {
            throw ExitException.wrong("there is no contender to measure: name models, or peers with " + AGAINST);
        }
        return contenders;
    }

    private static Contender model(String word) {
        Contender.Polyserve contender = named(MODELS, word, Contender::model);
        Server.whyNot(Model.named(contender.model())).ifPresent(why -> {
            throw ExitException.wrong("the model " + contender.model() + " cannot run here: " + why);
        });
        return contender;
    }

    private Duration positive(String option, String otherwise) {
        Duration duration = read(option, otherwise, Units::duration);
        if (!duration.isPositive()) {
            throw ExitException
                    .wrong("bad " + option + " '" + text(option, otherwise) + "': it must be greater than 0");
        }
        return duration;
    }

    private <T> T read(String option, String otherwise, Function<String, T> reader) {
        return named(option, text(option, otherwise), reader);
    }

    private static <T> T named(String option, String text, Function<String, T> reader) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException e) {
            throw ExitException.wrong("bad " + option + " '" + text + "': " + e.getMessage(), e);
        }
    }

    private static int number(String text, int most) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("give a whole number from 1 to " + most, e);
        }
        throw new IllegalArgumentException("give a whole number from 1 to " + most);
    }

    private static Stream<String> words(String list) {
        return Arrays.stream(list.split(",", -1)).map(String::strip);
    }

    /// The option values that the advice chooses.
    static Map<String, String> advised(List<String> models, List<Workload> workloads, Duration waits,
            Duration computes, int clients) {
        return Map.of(MODELS, String.join(",", models), WORKLOAD,
                String.join(",", workloads.stream().map(Workload::id).toList()), CONNECTIONS,
                Integer.toString(clients), HANDLER_WAITS, Units.written(waits), HANDLER_COMPUTES,
                Units.written(computes));
    }
}
