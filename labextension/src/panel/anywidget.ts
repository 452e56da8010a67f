interface Model {
  get(name: string): unknown;
}

function render({ model, el }: { model: Model; el: HTMLElement }): void {
  el.textContent = JSON.stringify(model.get('answer'));
}

export default { render };
