SELECT
  *
FROM (
  SELECT
    "t9"."customer" AS "who",
    CAST(20098 - "t9"."last_day" AS DOUBLE PRECISION) AS "recency_days",
    CAST("t9"."orders" AS DOUBLE PRECISION) AS "orders",
    CASE WHEN "t9"."first_day" = "t9"."last_day" THEN 'yes' ELSE 'no' END AS "one_time",
    CAST(20098 - "t9"."first_day" AS DOUBLE PRECISION) AS "tenure_days",
    CAST("t9"."orders_30d" AS DOUBLE PRECISION) AS "orders_30d",
    CAST("t9"."orders_60d" AS DOUBLE PRECISION) AS "orders_60d",
    CAST("t9"."orders_90d" AS DOUBLE PRECISION) AS "orders_90d",
    CAST("t9"."gap_sum" AS DOUBLE PRECISION) / NULLIF(CAST("t9"."gaps" AS DOUBLE PRECISION), 0) AS "gap_mean_days",
    CAST(SQRT(
      CAST((
        "t9"."gaps" * "t9"."gap_squares"
      ) - (
        "t9"."gap_sum" * "t9"."gap_sum"
      ) AS DOUBLE PRECISION)
    ) AS DOUBLE PRECISION) / NULLIF(CAST("t9"."gaps" AS DOUBLE PRECISION), 0) AS "gap_spread_days",
    CAST("t9"."gap_max" AS DOUBLE PRECISION) AS "gap_max_days",
    CAST("t9"."gap_end" - "t9"."gap_start" AS DOUBLE PRECISION) AS "gap_last_days",
    CAST(20098 - "t9"."last_day" AS DOUBLE PRECISION) / (
      CAST("t9"."gap_sum" AS DOUBLE PRECISION) / NULLIF(CAST("t9"."gaps" AS DOUBLE PRECISION), 0)
    ) AS "recency_over_gap",
    CAST((
      COALESCE("t9"."paid", CAST(0 AS DOUBLE PRECISION)) + COALESCE("t6"."refunded", CAST(0 AS DOUBLE PRECISION))
    ) AS DOUBLE PRECISION) / 10000 AS "spend_total",
    CAST(COALESCE("t9"."paid", CAST(0 AS DOUBLE PRECISION)) AS DOUBLE PRECISION) / (
      NULLIF(CAST("t9"."paid_orders" AS DOUBLE PRECISION), 0) * 10000
    ) AS "spend_mean",
    CAST("t9"."paid_last" AS DOUBLE PRECISION) / 10000 AS "spend_last",
    CAST((
      (
        CAST("t9"."paid_orders" AS DOUBLE PRECISION) * "t9"."sum_xy"
      ) - (
        "t9"."sum_x" * COALESCE("t9"."paid", CAST(0 AS DOUBLE PRECISION))
      )
    ) AS DOUBLE PRECISION) / (
      NULLIF(
        (
          CAST("t9"."paid_orders" AS DOUBLE PRECISION) * "t9"."sum_xx"
        ) - (
          "t9"."sum_x" * "t9"."sum_x"
        ),
        0
      ) * 10000
    ) AS "spend_trend",
    CAST("t9"."weekday_5" + "t9"."weekday_6" AS DOUBLE PRECISION) / CAST("t9"."orders" AS DOUBLE PRECISION) AS "weekend_share",
    CASE
      WHEN GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      ) = 0
      THEN CAST(NULL AS VARCHAR)
      WHEN "t9"."weekday_0" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Monday'
      WHEN "t9"."weekday_1" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Tuesday'
      WHEN "t9"."weekday_2" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Wednesday'
      WHEN "t9"."weekday_3" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Thursday'
      WHEN "t9"."weekday_4" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Friday'
      WHEN "t9"."weekday_5" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Saturday'
      WHEN "t9"."weekday_6" = GREATEST(
        "t9"."weekday_0",
        "t9"."weekday_1",
        "t9"."weekday_2",
        "t9"."weekday_3",
        "t9"."weekday_4",
        "t9"."weekday_5",
        "t9"."weekday_6"
      )
      THEN 'Sunday'
      ELSE CAST(NULL AS VARCHAR)
    END AS "usual_weekday",
    CASE
      WHEN GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      ) = 0
      THEN CAST(NULL AS VARCHAR)
      WHEN "t9"."hours_0" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'night'
      WHEN "t9"."hours_1" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'morning'
      WHEN "t9"."hours_2" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'lunch'
      WHEN "t9"."hours_3" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'afternoon'
      WHEN "t9"."hours_4" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'dinner'
      WHEN "t9"."hours_5" = GREATEST(
        "t9"."hours_0",
        "t9"."hours_1",
        "t9"."hours_2",
        "t9"."hours_3",
        "t9"."hours_4",
        "t9"."hours_5"
      )
      THEN 'late evening'
      ELSE CAST(NULL AS VARCHAR)
    END AS "usual_hours",
    CAST("t9"."c1_sum" AS DOUBLE PRECISION) / (
      NULLIF(CAST("t9"."c1_count" AS DOUBLE PRECISION), 0) * 10000
    ) AS "rating_mean",
    CAST("t9"."c1_last" AS DOUBLE PRECISION) / 10000 AS "rating_last",
    CAST("t9"."n2_sum" AS DOUBLE PRECISION) / (
      NULLIF(CAST("t9"."n2_count" AS DOUBLE PRECISION), 0) * 1
    ) AS "late_share",
    CAST("t9"."n2_last" AS DOUBLE PRECISION) / 1 AS "late_last",
    CASE
      WHEN "t9"."c3_0" = 0
      THEN CAST(NULL AS VARCHAR)
      WHEN "t9"."c3_0" = "t9"."c3_0"
      THEN 'rice'
      ELSE CAST(NULL AS VARCHAR)
    END AS "dish_usual",
    CASE WHEN "t4"."retained_customer" IS NULL THEN 1 ELSE 0 END AS "churn"
  FROM (
    SELECT
      "t7"."customer",
      MIN("t7"."day") AS "first_day",
      MAX("t7"."day") AS "last_day",
      COUNT(*) AS "orders",
      SUM(CASE WHEN "t7"."day" > 20068 THEN 1 ELSE 0 END) AS "orders_30d",
      SUM(CASE WHEN "t7"."day" > 20038 THEN 1 ELSE 0 END) AS "orders_60d",
      SUM(CASE WHEN "t7"."day" > 20008 THEN 1 ELSE 0 END) AS "orders_90d",
      COUNT(CASE WHEN "t7"."step" > 0 THEN "t7"."step" ELSE CAST(NULL AS BIGINT) END) AS "gaps",
      SUM(CASE WHEN "t7"."step" > 0 THEN "t7"."step" ELSE CAST(NULL AS BIGINT) END) AS "gap_sum",
      SUM(
        CASE WHEN "t7"."step" > 0 THEN "t7"."step" ELSE CAST(NULL AS BIGINT) END * CASE WHEN "t7"."step" > 0 THEN "t7"."step" ELSE CAST(NULL AS BIGINT) END
      ) AS "gap_squares",
      MAX(CASE WHEN "t7"."step" > 0 THEN "t7"."step" ELSE CAST(NULL AS BIGINT) END) AS "gap_max",
      MAX(CASE WHEN "t7"."step" > 0 THEN "t7"."day" ELSE CAST(NULL AS BIGINT) END) AS "gap_end",
      MAX(
        CASE
          WHEN "t7"."step" > 0
          THEN "t7"."day" - "t7"."step"
          ELSE CAST(NULL AS BIGINT)
        END
      ) AS "gap_start",
      SUM(CASE WHEN (
        (
          "t7"."day" + 3
        ) % 7
      ) = 0 THEN 1 ELSE 0 END) AS "weekday_0",
      SUM(CASE WHEN (
        (
          "t7"."day" + 3
        ) % 7
      ) = 1 THEN 1 ELSE 0 END) AS "weekday_1",
      SUM(CASE WHEN (
        (
          "t7"."day" + 3
        ) % 7
      ) = 2 THEN 1 ELSE 0 END) AS "weekday_2",
      SUM(CASE WHEN (
        (
          "t7"."day" + 3
        ) % 7
      ) = 3 THEN 1 ELSE 0 END) AS "weekday_3",
      SUM(CASE WHEN (
        (
          "t7"."day" + 3
        ) % 7
      ) = 4 THEN 1 ELSE 0 END) AS "weekday_4",
      SUM(CASE WHEN (
        (
          "t7"."day" + 3
        ) % 7
      ) = 5 THEN 1 ELSE 0 END) AS "weekday_5",
      SUM(CASE WHEN (
        (
          "t7"."day" + 3
        ) % 7
      ) = 6 THEN 1 ELSE 0 END) AS "weekday_6",
      SUM(
        CASE
          WHEN (
            EXTRACT(hour FROM "t7"."moment") >= 0
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 6
          )
          THEN 1
          ELSE 0
        END
      ) AS "hours_0",
      SUM(
        CASE
          WHEN (
            EXTRACT(hour FROM "t7"."moment") >= 6
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 11
          )
          THEN 1
          ELSE 0
        END
      ) AS "hours_1",
      SUM(
        CASE
          WHEN (
            EXTRACT(hour FROM "t7"."moment") >= 11
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 15
          )
          THEN 1
          ELSE 0
        END
      ) AS "hours_2",
      SUM(
        CASE
          WHEN (
            EXTRACT(hour FROM "t7"."moment") >= 15
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 18
          )
          THEN 1
          ELSE 0
        END
      ) AS "hours_3",
      SUM(
        CASE
          WHEN (
            EXTRACT(hour FROM "t7"."moment") >= 18
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 22
          )
          THEN 1
          ELSE 0
        END
      ) AS "hours_4",
      SUM(
        CASE
          WHEN (
            EXTRACT(hour FROM "t7"."moment") >= 22
          )
          AND (
            EXTRACT(hour FROM "t7"."moment") < 24
          )
          THEN 1
          ELSE 0
        END
      ) AS "hours_5",
      SUM("t7"."amount") AS "paid",
      COUNT("t7"."amount") AS "paid_orders",
      MAX(
        CASE
          WHEN "t7"."is_last" AND (
            "t7"."amount" IS NOT NULL
          )
          THEN "t7"."amount"
          ELSE CAST(NULL AS DOUBLE PRECISION)
        END
      ) AS "paid_last",
      SUM(
        CASE
          WHEN "t7"."amount" IS NOT NULL
          THEN CAST("t7"."number" AS DOUBLE PRECISION)
          ELSE CAST(NULL AS DOUBLE PRECISION)
        END
      ) AS "sum_x",
      SUM(
        CASE
          WHEN "t7"."amount" IS NOT NULL
          THEN CAST("t7"."number" AS DOUBLE PRECISION)
          ELSE CAST(NULL AS DOUBLE PRECISION)
        END * CASE
          WHEN "t7"."amount" IS NOT NULL
          THEN CAST("t7"."number" AS DOUBLE PRECISION)
          ELSE CAST(NULL AS DOUBLE PRECISION)
        END
      ) AS "sum_xx",
      SUM(
        CASE
          WHEN "t7"."amount" IS NOT NULL
          THEN CAST("t7"."number" AS DOUBLE PRECISION)
          ELSE CAST(NULL AS DOUBLE PRECISION)
        END * "t7"."amount"
      ) AS "sum_xy",
      SUM("t7"."c1") AS "c1_sum",
      COUNT("t7"."c1") AS "c1_count",
      MAX(
        CASE
          WHEN (
            "t7"."left_c1" = 1
          ) AND (
            "t7"."c1" IS NOT NULL
          )
          THEN "t7"."c1"
          ELSE CAST(NULL AS DOUBLE PRECISION)
        END
      ) AS "c1_last",
      SUM("t7"."n2") AS "n2_sum",
      COUNT("t7"."n2") AS "n2_count",
      MAX(
        CASE
          WHEN "t7"."is_last" AND (
            "t7"."n2" IS NOT NULL
          )
          THEN "t7"."n2"
          ELSE CAST(NULL AS SMALLINT)
        END
      ) AS "n2_last",
      SUM(CASE WHEN "t7"."c3" = 0 THEN 1 ELSE 0 END) AS "c3_0"
    FROM (
      SELECT
        "t3"."customer",
        "t3"."moment",
        "t3"."day",
        "t3"."c0",
        "t3"."c1",
        "t3"."c2",
        "t3"."n2",
        "t3"."c3",
        "t3"."amount",
        ROW_NUMBER() OVER (
          PARTITION BY "t3"."customer"
          ORDER BY "t3"."moment" ASC, "t3"."c3" ASC NULLS FIRST, "t3"."c2" ASC NULLS FIRST, "t3"."c1" ASC NULLS FIRST, "t3"."c0" ASC NULLS FIRST
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) - 1 AS "number",
        "t3"."day" - LAG("t3"."day") OVER (
          PARTITION BY "t3"."customer"
          ORDER BY "t3"."moment" ASC, "t3"."c3" ASC NULLS FIRST, "t3"."c2" ASC NULLS FIRST, "t3"."c1" ASC NULLS FIRST, "t3"."c0" ASC NULLS FIRST
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS "step",
        LEAD("t3"."day") OVER (
          PARTITION BY "t3"."customer"
          ORDER BY "t3"."moment" ASC, "t3"."c3" ASC NULLS FIRST, "t3"."c2" ASC NULLS FIRST, "t3"."c1" ASC NULLS FIRST, "t3"."c0" ASC NULLS FIRST
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) IS NULL AS "is_last",
        COUNT("t3"."c1") OVER (
          PARTITION BY "t3"."customer"
          ORDER BY "t3"."moment" ASC, "t3"."c3" ASC NULLS FIRST, "t3"."c2" ASC NULLS FIRST, "t3"."c1" ASC NULLS FIRST, "t3"."c0" ASC NULLS FIRST
          ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS "left_c1"
      FROM (
        SELECT
          "t0"."who" AS "customer",
          "t0"."at" AS "moment",
          CAST(EXTRACT(epoch FROM CAST(DATE("t0"."at") AS TIMESTAMP) - CAST(MAKE_DATE(1970, 1, 1) AS TIMESTAMP)) / 86400 AS BIGINT) AS "day",
          CAST(CAST(ROUND("t0"."paid" * 10000) AS BIGINT) AS DOUBLE PRECISION) AS "c0",
          CAST(CAST(ROUND("t0"."rating" * 10000) AS BIGINT) AS DOUBLE PRECISION) AS "c1",
          CASE
            WHEN "t0"."late" = 'no'
            THEN 0
            WHEN "t0"."late" = 'yes'
            THEN 1
            ELSE CAST(NULL AS SMALLINT)
          END AS "c2",
          CASE
            WHEN CASE
              WHEN "t0"."late" = 'no'
              THEN 0
              WHEN "t0"."late" = 'yes'
              THEN 1
              ELSE CAST(NULL AS SMALLINT)
            END = 0
            THEN 0
            WHEN CASE
              WHEN "t0"."late" = 'no'
              THEN 0
              WHEN "t0"."late" = 'yes'
              THEN 1
              ELSE CAST(NULL AS SMALLINT)
            END = 1
            THEN 1
            ELSE CAST(NULL AS SMALLINT)
          END AS "n2",
          CASE WHEN "t0"."dish" = 'rice' THEN 0 ELSE CAST(NULL AS SMALLINT) END AS "c3",
          CAST(CAST(ROUND("t0"."paid" * 10000) AS BIGINT) AS DOUBLE PRECISION) AS "amount"
        FROM "orders" AS "t0"
        WHERE
          "t0"."at" < CAST('2025-01-11T00:00:00' AS TIMESTAMP)
          AND NOT (
            COALESCE("t0"."paid" < 0, FALSE)
          )
      ) AS "t3"
    ) AS "t7"
    GROUP BY
      1
  ) AS "t9"
  LEFT OUTER JOIN (
    SELECT
      "t2"."refund_customer",
      SUM("t2"."refund") AS "refunded"
    FROM (
      SELECT
        "t0"."who" AS "refund_customer",
        CAST(CAST(ROUND("t0"."paid" * 10000) AS BIGINT) AS DOUBLE PRECISION) AS "refund"
      FROM "orders" AS "t0"
      WHERE
        "t0"."at" < CAST('2025-01-11T00:00:00' AS TIMESTAMP)
        AND COALESCE("t0"."paid" < 0, FALSE)
    ) AS "t2"
    GROUP BY
      1
  ) AS "t6"
    ON "t9"."customer" = "t6"."refund_customer"
  LEFT OUTER JOIN (
    SELECT DISTINCT
      "t0"."who" AS "retained_customer"
    FROM "orders" AS "t0"
    WHERE
      "t0"."at" >= CAST('2025-01-11T00:00:00' AS TIMESTAMP)
      AND "t0"."at" < CAST('2025-02-10T00:00:00' AS TIMESTAMP)
      AND NOT (
        COALESCE("t0"."paid" < 0, FALSE)
      )
  ) AS "t4"
    ON "t9"."customer" = "t4"."retained_customer"
) AS "t10"
WHERE
  "t10"."recency_days" < 60
