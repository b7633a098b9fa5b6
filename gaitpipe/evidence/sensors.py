"""Numbers about how well the sensors see gait, and about the body as they see it."""

from __future__ import annotations

from gaitpipe.evidence.types import Number

_FOOT = "mean over 227 contacts of 5 runners at 2-5 m/s, each weighing the same; computed signals, no impact in them"
_SHANK = "mean over 239 contacts of 5 runners at 2-5 m/s, each weighing the same; computed signals, no impact in them"
_SLOPE = "straight line through 227 contacts of 5 runners: a heel strike is seen later, the more so the steeper it is"
_ONE_WALKER = "mean over 57 contacts of one walker: the heel rises more slowly than in running, so the toes leave later"
_DUTY = "straight line in the raw duty factor of 38 shanks and speeds of 5 runners"
_DUTY_HULL = "the line is held outside the raw duty factors it was fitted on"
_HULL = "the line is held outside the foot strike angles it was fitted on"
_HELD_OUT = "root mean square of the mean error of each foot and speed, each runner left out of the fit in turn"
_WALK = "biases are those of running; on one walker contact was off by 10-60 ms against motion capture"
_WINDOWS = "mean cadence of six recordings was off by up to 0.45 steps/min against force"
_TWO = "mean of two people, real shank accelerometer against force, 2.36 m/s running, 1.25-1.39 m/s walking"
_TWO_SPREAD = (
    "two people do not show a spread: they differ by 4 ms; on computed signals of five runners at 2-5 m/s, which hold "
    "no impact, contact time was 19 ms too short, with a spread of 20 ms between trials"
)
_FEW = "t(97.5 %, 4) / 2: twice a spread seen in five runners covers less than 95 %, this makes up for it"
_RADIO = "difference of the smallest delay of two radio links: no receiver can see it"
_MOUNT = "mounting a sensor anew: moving it 5 cm changed contact time by up to 10 ms; half of that is taken here"

_NOISE = "scatter of the error inside a sensor, root of the mean variance over the sensors of the same trials"
_NOISE_SPREAD = "how far this scatter differs from runner to runner, of its square"
_SETTLE = "a strap that settles by 1 cm: a fifth of the change found for 5 cm"
_ANGLE_SETTLE = "a strap that settles turns the sensor a little"
_LEG = "leg length over height; the range is taken to hold 95 % of people"
_MODEL = "stiffness 0.67-6.93 % below force plates: root mean square of that range; the bias is not taken off"
_GATE = "outside, the half sine does not describe the step: sprinting, walking, or a wrong contact time"

_LEAN = "mean specific force of gait behind standing up; 5 runners at 2-5 m/s, standard deviation 2.5 deg (2.3 shank)"
_LEAN_WALK = "as for running, seen on the feet of two walkers only; good to about 8 deg"

_BRIEFED = "as briefed, paper not read; classes against standing, by high-speed video"
_LEVER = "sensor on the instep, turning about the ball of the foot at mid-stance"
_SHANK_LEVER = (
    "sensor on the lower third of the shank, turning about the ankle at mid-stance; 0.13-0.14 suits five runners"
)
_SPEED = (
    "root mean square error of the mean speed of each sensor and trial of the same trials, without the belt's speed; "
    "the shank's lever (within 1 cm whichever runner is left out) and phase of mid-stance were chosen on these runners"
)
_PLACE = "what 2 cm on the shoe or 3 cm along the shank do to the lever, computed"
_ANGLE = "root mean square error over all contacts of the same trials, bias included; nothing was fitted to the angles"
_UPRIGHT = "how far a shank is from upright in quiet standing"

_BELT = "treadmills tell 0.1 km/h, about 1 % of running speed; more than this is another speed"
_JUMP = "a belt needs seconds for it; between two readings within 1.5 s"
_POD = "pods count steps or strides, which differ by a factor of 2; wide enough for what they smooth"
_HEART = "outside: a strap without skin contact, or disturbed"

_NEIGHBOURS = "against the median of 3 strides before and 3 after; 485 steady strides of 7 people stayed within 0.10"
_MARGIN = "within this margin of one half, a stride longer than this is taken for walking"

SENSOR_NUMBERS: tuple[Number, ...] = (
    Number("stride_time_minimum_s", 0.40, "s", 0.35, 0.50, "D", "engineering", "design", "150 strides/min per foot"),
    Number("stride_time_maximum_s", 1.60, "s", 1.40, 2.00, "D", "engineering", "design", "slow walking"),
    Number("contact_time_minimum_s", 0.09, "s", 0.08, 0.12, "D", "engineering", "design", "shorter: a sprint at best"),
    Number("contact_time_maximum_run_s", 0.45, "s", 0.40, 0.50, "D", "engineering", "design", "slow jogging"),
    Number("foot_ic_bias_s", 0.0112, "s", -0.04, 0.04, "C", "derived", "hamner2013", _SLOPE),
    Number("foot_ic_bias_slope_s_per_deg", 0.00083, "s/deg", 0.0, 0.002, "C", "derived", "hamner2013", _SLOPE),
    Number("foot_ic_bias_pivot_deg", 12.9, "deg", 5.0, 20.0, "C", "derived", "hamner2013", _SLOPE),
    Number("foot_ic_bias_lowest_deg", -4.9, "deg", -10.0, 0.0, "C", "derived", "hamner2013", _HULL),
    Number("foot_ic_bias_highest_deg", 30.0, "deg", 20.0, 40.0, "C", "derived", "hamner2013", _HULL),
    Number("foot_ic_bias_sd_s", 0.0054, "s", 0.0, 0.04, "C", "derived", "hamner2013", _HELD_OUT),
    Number("foot_tc_bias_s", -0.0308, "s", -0.04, 0.04, "C", "derived", "hamner2013", _FOOT),
    Number("foot_walk_tc_bias_s", -0.0652, "s", -0.1, 0.0, "C", "derived", "gaitmap_walk", _ONE_WALKER),
    Number("foot_tc_bias_sd_s", 0.0058, "s", 0.0, 0.04, "C", "derived", "hamner2013", _HELD_OUT),
    Number("foot_contact_bias_sd_s", 0.0096, "s", 0.0, 0.05, "C", "derived", "hamner2013", _HELD_OUT),
    Number("shank_ic_bias_s", 0.0185, "s", -0.04, 0.08, "C", "derived", "hamner2013", _SHANK),
    Number("shank_ic_bias_sd_s", 0.0044, "s", 0.0, 0.04, "C", "derived", "hamner2013", _HELD_OUT),
    Number("shank_tc_bias_s", 0.0322, "s", -0.04, 0.08, "C", "derived", "hamner2013", _SHANK),
    Number("shank_tc_bias_slope_s", -0.1564, "s", -1.0, 1.0, "C", "derived", "hamner2013", _DUTY),
    Number("shank_tc_bias_pivot", 0.3821, "1", 0.2, 0.5, "C", "derived", "hamner2013", _DUTY),
    Number("shank_tc_bias_lowest", 0.3321, "1", 0.2, 0.5, "C", "derived", "hamner2013", _DUTY_HULL),
    Number("shank_tc_bias_highest", 0.4568, "1", 0.3, 0.6, "C", "derived", "hamner2013", _DUTY_HULL),
    Number("shank_tc_bias_sd_s", 0.0092, "s", 0.0, 0.04, "C", "derived", "hamner2013", _HELD_OUT),
    Number("shank_contact_bias_sd_s", 0.0103, "s", 0.0, 0.05, "C", "derived", "hamner2013", _HELD_OUT),
    Number("foot_force_lean_run_deg", 21.3, "deg", 15.0, 30.0, "C", "derived", "hamner2013", _LEAN),
    Number("shank_force_lean_run_deg", 30.6, "deg", 25.0, 37.0, "C", "derived", "hamner2013", _LEAN),
    Number("foot_force_lean_walk_deg", 10.0, "deg", 0.0, 20.0, "D", "engineering", "design", _LEAN_WALK),
    Number("shank_force_lean_walk_deg", 12.0, "deg", 0.0, 25.0, "D", "engineering", "design", _LEAN_WALK),
    Number("transition_stride_change", 0.35, "1", 0.25, 0.45, "D", "engineering", "design", "against the median of 9"),
    Number("transition_neighbour_change", 0.12, "1", 0.10, 0.20, "D", "engineering", "design", _NEIGHBOURS),
    Number("walk_contact_bias_sd_s", 0.040, "s", 0.02, 0.08, "D", "engineering", "design", _WALK),
    Number("accelerometer_cadence_sd_spm", 0.3, "1/min", 0.1, 1.0, "C", "derived", "bach2022", _WINDOWS),
    Number("shank_accelerometer_ic_bias_s", 0.0102, "s", 0.0, 0.03, "C", "derived", "bach2022", _TWO),
    Number("shank_accelerometer_ic_bias_sd_s", 0.009, "s", 0.0, 0.03, "C", "derived", "hamner2013", _HELD_OUT),
    Number("shank_accelerometer_run_tc_bias_s", 0.0276, "s", 0.0, 0.05, "C", "derived", "bach2022", _TWO),
    Number("shank_accelerometer_walk_tc_bias_s", -0.0043, "s", -0.03, 0.03, "C", "derived", "bach2022", _TWO),
    Number("shank_accelerometer_contact_bias_sd_s", 0.020, "s", 0.01, 0.04, "D", "engineering", "design", _TWO_SPREAD),
    Number("few_runners_factor", 1.39, "1", 1.0, 2.0, "D", "engineering", "design", _FEW),
    Number("radio_delay_sd_s", 0.003, "s", 0.0, 0.02, "D", "engineering", "design", _RADIO),
    Number("mounting_repeat_sd_s", 0.005, "s", 0.0, 0.01, "D", "engineering", "kiernan_placement", _MOUNT),
    Number("foot_strike_angle_sd_deg", 3.0, "deg", 2.0, 6.0, "C", "derived", "hamner2013", _ANGLE),
    Number("foot_speed_sd_pct", 1.1, "%", 0.5, 5.0, "C", "derived", "hamner2013", _SPEED),
    Number("shank_speed_sd_pct", 1.9, "%", 0.5, 8.0, "C", "derived", "hamner2013", _SPEED),
    Number("foot_speed_place_pct", 1.0, "%", 0.0, 3.0, "D", "engineering", "design", _PLACE),
    Number("shank_speed_place_pct", 3.5, "%", 0.0, 8.0, "D", "engineering", "design", _PLACE),
    Number("shank_angle_sd_deg", 1.3, "deg", 0.5, 5.0, "C", "derived", "hamner2013", _ANGLE),
    Number("standing_lean_sd_deg", 3.0, "deg", 2.0, 4.0, "D", "engineering", "design", _UPRIGHT),
    Number("foot_strike_rearfoot_deg", 8.0, "deg", 6.0, 10.0, "B", "memory", "altman2012", _BRIEFED),
    Number("foot_strike_forefoot_deg", -1.6, "deg", -3.0, 0.0, "B", "memory", "altman2012", _BRIEFED),
    Number("foot_lever_back_m", 0.10, "m", 0.05, 0.15, "D", "engineering", "design", _LEVER),
    Number("foot_lever_up_m", 0.05, "m", 0.03, 0.10, "D", "engineering", "design", _LEVER),
    Number("shank_lever_m", 0.13, "m", 0.08, 0.18, "D", "engineering", "design", _SHANK_LEVER),
    Number("duty_factor_walk", 0.50, "1", 0.50, 0.50, "D", "engineering", "design", "no flight: walking"),
    Number("duty_factor_margin", 0.05, "1", 0.03, 0.08, "D", "engineering", "design", _MARGIN),
    Number("stride_time_walk_s", 0.90, "s", 0.85, 0.95, "D", "engineering", "design", _MARGIN),
    Number("foot_ic_noise_sd_s", 0.0033, "s", 0.001, 0.02, "C", "derived", "hamner2013", _NOISE),
    Number("foot_tc_noise_sd_s", 0.0039, "s", 0.001, 0.02, "C", "derived", "hamner2013", _NOISE),
    Number("shank_tc_noise_sd_s", 0.0053, "s", 0.001, 0.02, "C", "derived", "hamner2013", _NOISE),
    Number("foot_contact_noise_sd_s", 0.0048, "s", 0.001, 0.02, "C", "derived", "hamner2013", _NOISE),
    Number("shank_ic_noise_sd_s", 0.0022, "s", 0.001, 0.02, "C", "derived", "hamner2013", _NOISE),
    Number("shank_contact_noise_sd_s", 0.0057, "s", 0.001, 0.02, "C", "derived", "hamner2013", _NOISE),
    Number("noise_variance_spread", 0.5, "1", 0.2, 1.0, "D", "engineering", "design", _NOISE_SPREAD),
    Number("variability_least_strides", 30.0, "1", 20.0, 100.0, "D", "engineering", "design", "fewer say too little"),
    Number("symmetry_least_strides", 10.0, "1", 5.0, 30.0, "D", "engineering", "design", "a side, to judge by"),
    Number("drift_least_strides", 60.0, "1", 30.0, 200.0, "D", "engineering", "design", "a side: thirds of 20"),
    Number("strap_settling_sd_s", 0.002, "s", 0.0, 0.005, "D", "engineering", "kiernan_placement", _SETTLE),
    Number("strap_settling_sd_deg", 1.0, "deg", 0.0, 3.0, "D", "engineering", "design", _ANGLE_SETTLE),
    Number("leg_length_share", 0.53, "1", 0.50, 0.56, "C", "memory", "morin2005", _LEG),
    Number("sine_model_error", 0.04, "1", 0.01, 0.08, "B", "read", "morin2005", _MODEL),
    Number("stiffness_contact_error_maximum", 0.05, "1", 0.02, 0.10, "D", "engineering", "design", "of contact time"),
    Number("duty_factor_sine_minimum", 0.20, "1", 0.15, 0.25, "D", "engineering", "design", _GATE),
    Number("duty_factor_sine_maximum", 0.50, "1", 0.45, 0.50, "D", "engineering", "design", _GATE),
    Number("height_minimum_m", 1.20, "m", 1.0, 1.4, "D", "engineering", "design", "smaller is not an adult"),
    Number("height_maximum_m", 2.30, "m", 2.1, 2.8, "D", "engineering", "design", "larger is centimetres or feet"),
    Number("peak_acc_minimum_rate_hz", 100.0, "Hz", 50.0, 200.0, "B", "read", "mitschke2017", "below: no peak"),
    Number("peak_acc_caution_rate_hz", 200.0, "Hz", 200.0, 500.0, "B", "read", "mitschke2017", "shank; feet: 500"),
    Number("belt_speed_agreement_pct", 3.0, "%", 1.0, 5.0, "D", "engineering", "design", _BELT),
    Number("belt_speed_jump_m_s", 2.0, "m/s", 1.0, 3.0, "D", "engineering", "design", _JUMP),
    Number("incline_agreement_pct", 0.5, "%", 0.2, 1.0, "D", "engineering", "design", "points of incline, not a share"),
    Number("pod_cadence_agreement_pct", 10.0, "%", 5.0, 20.0, "D", "engineering", "design", _POD),
    Number("heart_rate_minimum_bpm", 30.0, "1/min", 20.0, 40.0, "D", "engineering", "design", _HEART),
    Number("heart_rate_maximum_bpm", 240.0, "1/min", 220.0, 260.0, "D", "engineering", "design", _HEART),
)  # fmt: skip
