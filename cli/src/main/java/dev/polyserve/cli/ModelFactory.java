package dev.polyserve.cli;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Model;
import java.util.Optional;

/// Creates the model that the settings describe, and rejects settings that do not apply to it.
final class ModelFactory {
    private static final String DEFAULT = "virtual";
    private static final String PROCESS = "process";

    private final Settings settings;
    private final String defaultId;
    private final WorkerSettings workerSettings;

    private ModelFactory(Settings settings, String defaultId) {
        this.settings = settings;
        this.defaultId = defaultId;
        this.workerSettings = new WorkerSettings(settings);
    }

    /// The model with the configured numbers.
    ///
    /// @throws ExitException when a setting does not apply to the model
    static Model of(Settings settings) {
        return new ModelFactory(settings, DEFAULT).model();
    }

    /// The model for one program per connection, as [#of].
    ///
    /// @throws ExitException when a different model was given
    static Model ofCommands(Settings settings) {
        Model model = new ModelFactory(settings, PROCESS).model();
        if (!(model instanceof ModelVariant.ProcessPerConnection)) {
            throw ExitException.wrong(settings.where(Setting.MODEL) + " " + model.id()
                    + " does not work with exec, which starts a process per connection: leave it out, or use --stdio pipe,"
                    + " which works with every model");
        }
        return model;
    }

    private Model model() {
        Model model = settings.read(Setting.MODEL, Model::named).orElseGet(() -> Model.named(defaultId));
        if (settings.has(Setting.INNER) && !(model instanceof ModelVariant.ProcessPool)) {
            throw unused(Setting.INNER, model, "it belongs to process-pool");
        }
        if (!(model instanceof ModelVariant.ProcessPool) && !(model instanceof ModelVariant.ProcessPerConnection)) {
            workerSettings.given()
                    .ifPresent(setting -> refuse(setting, model, "it belongs to process and process-pool"));
        }
        Model complete = switch (model) {
            case ModelVariant.ThreadPool pool -> threadPool(pool);
            case ModelVariant.ProcessPerConnection one -> processes(one);
            case ModelVariant.ProcessPool pool -> processPool(pool);
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.VirtualThreads _, ModelVariant.Polling _, ModelVariant.Nio _, ModelVariant.Select _, ModelVariant.Poll _, ModelVariant.Epoll _, ModelVariant.IoUring _ ->
                withoutWorkers(model);
        };
        return complete instanceof ModelVariant.ProcessPool ? complete : withLoops(complete);
    }

    private Model withoutWorkers(Model model) {
        refuse(Setting.WORKERS, model, "it belongs to thread-pool, process and process-pool");
        return refuseQueue(model);
    }

    private Model threadPool(ModelVariant.ThreadPool pool) {
        return workers().<Model>map(workers -> {
            if (workers.least() != workers.mostOrLeast()) {
                throw ExitException.wrong("bad " + settings.where(Setting.WORKERS)
                        + ": a thread-pool has a fixed number of threads, so give one number");
            }
            return new ModelVariant.ThreadPool(workers.least(), pool.namePrefix(), pool.initializer());
        }).orElse(pool);
    }

    private Model processes(ModelVariant.ProcessPerConnection one) {
        refuseQueue(one);
        ModelVariant.ProcessPerConnection sized = workers().map(workers -> one.withMaxWorkers(workers.mostOrLeast()))
                .orElse(one);
        return workerSettings.of(sized);
    }

    private Model processPool(ModelVariant.ProcessPool pool) {
        Model inner = settings.read(Setting.INNER, Model::named).orElse(pool.inner());
        if (!(inner instanceof ModelVariant.ThreadPool)) {
            refuseQueue(inner);
        }
        try {
            ModelVariant.ProcessPool sized = workers()
                    .map(workers -> pool.withWorkers(workers.least(), workers.mostOrLeast()))
                    .orElse(pool);
            return workerSettings.of(sized.withInner(withLoops(inner)));
        } catch (IllegalArgumentException e) {
            throw ExitException.wrong("bad " + settings.where(Setting.INNER) + ": " + e.getMessage(), e);
        }
    }

    private Optional<Range> workers() {
        return settings.read(Setting.WORKERS, text -> Range.parse(text, 1));
    }

    private Model withLoops(Model model) {
        if (!settings.has(Setting.LOOPS)) {
            return model;
        }
        return settings.<Model>read(Setting.LOOPS, text -> switch (model) {
            case ModelVariant.Nio _ -> Model.nio(loops(text));
            case ModelVariant.Select _ -> Model.select(loops(text));
            case ModelVariant.Poll _ -> Model.poll(loops(text));
            case ModelVariant.Epoll epoll -> new ModelVariant.Epoll(loops(text), epoll.edgeTriggered());
            case ModelVariant.IoUring _ -> Model.ioUring(loops(text));
            case ModelVariant.Polling _ -> throw unused(Setting.LOOPS, model, "it always has one loop");
            case ModelVariant.Iterative _, ModelVariant.Threads _, ModelVariant.ThreadPool _, ModelVariant.VirtualThreads _, ModelVariant.ProcessPerConnection _, ModelVariant.ProcessPool _ ->
                throw unused(Setting.LOOPS, model,
                        "it has no event loops; nio, select, poll, epoll, epoll-et and io_uring have them");
        }).orElse(model);
    }

    private int loops(String text) {
        return settings.number(Setting.LOOPS).filter(loops -> loops > 0)
                .orElseThrow(() -> new IllegalArgumentException(text + " is not a positive number of loops"));
    }

    private Model refuseQueue(Model model) {
        refuse(Setting.QUEUE, model, "only thread-pool has connections that wait for a thread");
        return model;
    }

    private void refuse(Setting setting, Model model, String why) {
        if (settings.has(setting)) {
            throw unused(setting, model, why);
        }
    }

    private ExitException unused(Setting setting, Model model, String why) {
        return ExitException.wrong(settings.where(setting) + " does not apply to the model " + model.id() + ": " + why);
    }
}
