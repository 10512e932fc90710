// The slider says where it stands, and asks for the page when it is let go. Without this, the button does.
for (const slider of document.querySelectorAll("input[type=range][data-from]")) {
  const say = () => {
    const at = new Date(Date.parse(slider.dataset.from) + slider.value * 3600000);
    const text = at.toLocaleString("en-GB", {day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC"}).replace(",", "");
    slider.form.querySelector("output").textContent = text;
    slider.setAttribute("aria-valuetext", text);
  };
  slider.addEventListener("input", say);
  slider.addEventListener("change", () => slider.form.requestSubmit());
}
