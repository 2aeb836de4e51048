package dev.polyserve.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CoveringArrayTest {
    private record Meal(String dish, String drink, int guests) {}

    private static final List<Function<Meal, Object>> FACTORS = List.of(Meal::dish, Meal::drink, Meal::guests);

    private static List<Meal> meals() {
        List<Meal> meals = new ArrayList<>();
        for (String dish : List.of("soup", "fish", "rice", "bread")) {
            for (String drink : List.of("tea", "water")) {
                for (int guests = 1; guests <= 3; guests++) {
                    // A combination that no configuration has need not be covered.
                    if (!(dish.equals("fish") && guests == 3)) {
                        meals.add(new Meal(dish, drink, guests));
                    }
                }
            }
        }
        return meals;
    }

    @Test
    void hasEachPairThatThereIs() {
        List<Meal> chosen = CoveringArray.choose(meals(), FACTORS, 2);
        for (Meal one : meals()) {
            assertThat(chosen).as(one.toString())
                    .anyMatch(c -> c.dish().equals(one.dish()) && c.drink().equals(one.drink()))
                    .anyMatch(c -> c.dish().equals(one.dish()) && c.guests() == one.guests())
                    .anyMatch(c -> c.drink().equals(one.drink()) && c.guests() == one.guests());
        }
        assertThat(chosen).hasSizeLessThan(meals().size() * 2 / 3).isSubsetOf(meals());
    }

    @Test
    void takesFromALaterListOnlyWhatTheEarlierOnesDoNotCover() {
        List<Meal> withWater = meals().stream().filter(meal -> meal.drink().equals("water")).toList();
        List<Meal> withTea = meals().stream().filter(meal -> meal.drink().equals("tea")).toList();
        assertThat(CoveringArray.chooseInTurn(List.of(withWater, withTea), FACTORS, 1))
                .startsWith(CoveringArray.choose(withWater, FACTORS, 1).toArray(Meal[]::new))
                .filteredOn(meal -> meal.drink().equals("tea")).hasSize(1);
    }

    @Test
    void hasEachLevelOnce() {
        List<Meal> chosen = CoveringArray.choose(meals(), FACTORS, 1);
        assertThat(chosen).hasSize(4);
        assertThat(chosen).extracting(Meal::dish).containsOnly("soup", "fish", "rice", "bread");
        assertThat(chosen).extracting(Meal::drink).containsOnly("tea", "water");
        assertThat(chosen).extracting(Meal::guests).containsOnly(1, 2, 3);
    }

    @Test
    void isTheSameEachTimeAndInTheGivenOrder() {
        List<Meal> chosen = CoveringArray.choose(meals(), FACTORS, 2);
        assertThat(CoveringArray.choose(meals(), FACTORS, 2)).isEqualTo(chosen);
        assertThat(meals().stream().filter(chosen::contains)).isEqualTo(chosen);
    }

    @Test
    void combinesTheLevelsOfOneConfiguration() {
        Set<Set<CoveringArray.Level>> pairs = new HashSet<>(
                CoveringArray.combinations(new Meal("soup", "tea", 2), FACTORS, 2));
        assertThat(pairs).hasSize(3).contains(
                Set.of(new CoveringArray.Level(0, "soup"), new CoveringArray.Level(2, 2)));
    }
}
