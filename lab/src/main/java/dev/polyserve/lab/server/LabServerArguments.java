package dev.polyserve.lab.server;

import dev.polyserve.Model;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What a server of the lab is told on its command line.
///
/// **Thread**: any; it is a value.
///
/// @param model the id of its model
/// @param loops how many event loops, if it has any
/// @param handOff whether a handler that computes has its loop handed off to another thread
/// @param records the Unix socket to which it sends what it records
/// @param openFiles up to which number descriptors are in use before it accepts; 0: none are
public record LabServerArguments(String model, int loops, boolean handOff, Path records, int openFiles) {
    private static final int COUNT = 5;
    private static final int THREADS = 4;
    private static final int WORKERS = 2;
    private static final int MOST_PROCESSES = 12;

    /// The words of the command line.
    public List<String> words() {
        return List.of(model, Integer.toString(loops), Boolean.toString(handOff), records.toString(),
                Integer.toString(openFiles));
    }

    static LabServerArguments parse(List<String> words) {
        if (words.size() != COUNT) {
            throw new IllegalArgumentException("a server of the lab is started by the lab with " + COUNT
                    + " arguments, and not with " + words.size());
        }
        return new LabServerArguments(words.get(0), Integer.parseInt(words.get(1)), Boolean.parseBoolean(words.get(2)),
                Path.of(words.get(3)), Integer.parseInt(words.get(4)));
    }

    /// The model, with the numbers of the lab: few enough threads that clients wait for one.
    ///
    /// @throws IllegalArgumentException with the known ids, when there is none of this id
    public Model chosen() {
        return switch (model) {
            case "thread-pool" -> Model.threadPool(THREADS);
            case "process" -> Model.process(MOST_PROCESSES);
            case "process-pool" -> Model.processPool(WORKERS, Model.epoll());
            case "polling" -> Model.polling(Duration.ZERO);
            case "select" -> Model.select(loops);
            case "poll" -> Model.poll(loops);
            case "epoll" -> Model.epoll(loops);
            case "epoll-et" -> Model.epollEt(loops);
            case "io_uring" -> Model.ioUring(loops);
            case "nio" -> Model.nio(loops);
            default -> Model.named(model);
        };
    }
}
