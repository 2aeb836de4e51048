package dev.polyserve.cli;

import dev.polyserve.Model;
import dev.polyserve.spi.HandlerExecutionStrategy;
import dev.polyserve.spi.ModelDefinition;
import java.util.function.Function;

/// Creates the model that the settings describe, and rejects settings that do not apply to it.
final class ModelFactory {
    private static final String DEFAULT = "auto";
    private static final String PROCESS = "process";

    private final ServeSettings settings;
    private final String defaultId;
    private final WorkerSettings workerSettings;

    private ModelFactory(ServeSettings settings, String defaultId) {
        this.settings = settings;
        this.defaultId = defaultId;
        this.workerSettings = new WorkerSettings(settings);
    }

    /// The model with the configured numbers.
    ///
    /// @throws ExitException when a setting does not apply to the model
    static Model of(ServeSettings settings) {
        return new ModelFactory(settings, DEFAULT).model();
    }

    /// The model for one program per connection, as [#of].
    ///
    /// @throws ExitException when a different model was given
    static Model ofCommands(ServeSettings settings) {
        ModelDefinition model = new ModelFactory(settings, PROCESS).model();
        if (!model.execution().startsPerConnection()) {
            throw ExitException.wrong(settings.where(ServeSetting.MODEL) + " " + model.id()
                    + " does not work with exec, which starts a process per connection: leave it out, or use --stdio pipe,"
                    + " which works with every model");
        }
        return model;
    }

    private ModelDefinition model() {
        ModelDefinition model = ModelDefinition
                .of(settings.read(ServeSetting.MODEL, Model::named).orElseGet(() -> Model.named(defaultId)));
        model = model.execution().inner().isPresent() ? withInner(model) : withLoops(withoutInner(model));
        model = workerSettings.of(withWorkers(model));
        if (settings.has(ServeSetting.QUEUE) && !model.execution().hasQueue()) {
            throw unused(ServeSetting.QUEUE, model.execution().inner().orElse(model),
                    "only thread-pool has connections that wait for a thread");
        }
        return model;
    }

    private ModelDefinition withInner(ModelDefinition pool) {
        ModelDefinition inner = settings.read(ServeSetting.INNER, Model::named).map(ModelDefinition::of)
                .or(pool.execution()::inner).orElseThrow();
        try {
            return pool.with(pool.execution().withInner(withLoops(inner)));
        } catch (IllegalArgumentException e) {
            throw ExitException.wrong("bad " + settings.where(ServeSetting.INNER) + ": " + e.getMessage(), e);
        }
    }

    private ModelDefinition withoutInner(ModelDefinition model) {
        return changed(model, ServeSetting.INNER,
                text -> model.execution().withInner(ModelDefinition.of(Model.named(text))));
    }

    private ModelDefinition withWorkers(ModelDefinition model) {
        return changed(model, ServeSetting.WORKERS, text -> {
            NumberRange workers = NumberRange.parse(text, 1);
            return model.execution().withWorkers(workers.least(), workers.mostOrLeast());
        });
    }

    private ModelDefinition withLoops(ModelDefinition model) {
        return changed(model, ServeSetting.LOOPS, text -> model.execution().withLoops(loops(text)));
    }

    private int loops(String text) {
        return settings.number(ServeSetting.LOOPS).filter(loops -> loops > 0)
                .orElseThrow(() -> new IllegalArgumentException(text + " is not a positive number of loops"));
    }

    /// The model with what a setting changes, if it was given.
    private ModelDefinition changed(ModelDefinition model, ServeSetting setting,
            Function<String, HandlerExecutionStrategy> change) {
        try {
            return settings.read(setting, change).map(model::with).orElse(model);
        } catch (UnsupportedOperationException e) {
            throw unused(setting, model, String.valueOf(e.getMessage()));
        }
    }

    private ExitException unused(ServeSetting setting, Model model, String why) {
        return ExitException.wrong(settings.where(setting) + " does not apply to the model " + model.id() + ": " + why);
    }
}
