package dev.polyserve.lab;

import dev.polyserve.Model;
import dev.polyserve.Server;
import dev.polyserve.examples.models.ModelExample;
import dev.polyserve.examples.models.ModelExplanation;
import dev.polyserve.text.JsonObjectWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Starts runs, one at a time: the next one ends the one before.
///
/// **Thread**: any.
public final class Lab implements AutoCloseable {
    private static final Set<String> WITH_LOOPS = Set.of("select", "poll", "epoll", "epoll-et", "io_uring", "nio");

    /// How long the processes of a run have to end.
    private static final Duration END = Duration.ofSeconds(20);

    private final LabServerProgram program;
    private final List<String> commands;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable LabRun current;
    private int runs;
    private boolean closed;

    private Lab(LabServerProgram program, List<String> commands) {
        this.program = program;
        this.commands = List.copyOf(commands);
    }

    /// Opens a lab, without a run.
    ///
    /// @param program how servers are started
    /// @param commands the commands of other servers, which a run may have, with `{port}` for the port
    /// @throws LabException for a command without `{port}`
    public static Lab open(LabServerProgram program, List<String> commands) throws LabException {
        for (String command : commands) {
            if (!command.contains("{port}")) {
                throw new LabException("the command '" + command
                        + "' does not say {port}, at which the clients of the lab connect: put it in its place");
            }
        }
        return new Lab(program, commands);
    }

    /// What can be chosen, as JSON.
    public String choices() {
        List<Object> models = new ArrayList<>();
        for (ModelExample example : ModelExample.all()) {
            models.add(model(example));
        }
        List<Object> workloads = Arrays.stream(LabWorkload.values())
                .<Object>map(one -> Map.of("id", one.id(), "clients", one.clients())).toList();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("models", models);
        all.put("workloads", workloads);
        all.put("against", commands);
        all.put("limits",
                Map.of("servers", LabRunRequest.MOST_SERVERS, "clients", LabRunRequest.MOST_CLIENTS, "seconds",
                        LabRunRequest.MOST_SECONDS));
        return JsonObjectWriter.of(all);
    }

    private static Map<String, Object> model(ModelExample example) {
        String id = example.model();
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("id", id);
        Server.whyNot(Model.named(id)).ifPresent(why -> model.put("whyNot", why));
        model.put("english", text(example.english()));
        model.put("chinese", text(example.chinese()));
        model.put("byHand", example.byHand());
        model.put("byHandFile", simpleName(example.byHandClass()) + ".java");
        model.put("withPolyserve", example.withPolyserve());
        model.put("withPolyserveFile", example.programName() + ".java");
        model.put("loops", WITH_LOOPS.contains(id));
        model.put("handOff", WITH_LOOPS.contains(id) || id.equals("polling"));
        model.put("suits",
                Arrays.stream(LabWorkload.values()).filter(one -> one.suits(id)).map(LabWorkload::id).toList());
        return model;
    }

    private static Map<String, Object> text(ModelExplanation text) {
        return Map.of("idea", text.idea(), "waitsIn", text.waitsIn(), "badAt", text.badAt(), "watchFor",
                text.watchFor());
    }

    private static String simpleName(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    /// Starts a run, and has the one before end.
    ///
    /// @param request what it consists of, as JSON
    /// @throws LabException in one sentence, when that cannot be run
    public LabRun start(String request) throws LabException {
        return start(LabRunRequest.parse(request, models(), commands));
    }

    /// Starts a run, and has the one before end.
    LabRun start(LabRunRequest request) throws LabException {
        lock.lock();
        try {
            if (closed) {
                throw new LabException("the lab is closed: start it again");
            }
            if (current != null) {
                current.stop();
            }
            runs++;
            LabRun started = LabRun.start("r" + runs, request, program, Optional.ofNullable(current));
            current = started;
            return started;
        } finally {
            lock.unlock();
        }
    }

    private static Set<String> models() {
        return ModelExample.all().stream().map(ModelExample::model)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /// The last run; empty before the first.
    public Optional<LabRun> current() {
        lock.lock();
        try {
            return Optional.ofNullable(current);
        } finally {
            lock.unlock();
        }
    }

    /// Ends the run and its processes, and waits for that, for some seconds at most. A second call has no effect.
    @Override
    public void close() {
        Optional<LabRun> last;
        lock.lock();
        try {
            closed = true;
            last = Optional.ofNullable(current);
        } finally {
            lock.unlock();
        }
        last.ifPresent(Lab::end);
    }

    private static void end(LabRun run) {
        run.stop();
        try {
            boolean _ = run.awaitEnd(END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
